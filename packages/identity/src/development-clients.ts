import { isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import type { DevelopmentClient } from "./development.ts";
import { jsonIn } from "./json-file.ts";
import { SettingsError } from "./settings-error.ts";

/**
 * The table of clients that may make development tokens, from a file. It names the variables that hold their secrets, never the secrets:
 *
 *     { "clients": { "laptop": { "secretFrom": "MCPOLICY_SECRET_LAPTOP", "roles": ["developer"], "attributes": { "team": "core" } } } }
 *
 * Throws a `SettingsError` where it is no such table, or a variable is not set.
 */
export function developmentClientsIn(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, DevelopmentClient>> {
  const table = jsonIn(path);
  const clients = isRecord(table) ? table["clients"] : undefined;
  if (!isRecord(clients)) throw new SettingsError(`${path} has no table of \`clients\``);
  return Object.fromEntries(
    Object.entries(clients as JsonObject).map(([name, row]) => [name, clientIn(path, name, row, env)]),
  );
}

function clientIn(
  path: string,
  name: string,
  row: Value,
  env: Readonly<Record<string, string | undefined>>,
): DevelopmentClient {
  const wrong = (what: string): SettingsError => new SettingsError(`client \`${name}\` in ${path} ${what}`);
  if (!isRecord(row)) throw wrong("is no record");
  const stranger = Object.keys(row).find((field) => !["secretFrom", "roles", "attributes"].includes(field));
  if (stranger !== undefined) throw wrong(`has the field \`${stranger}\`, which means nothing here`);
  const { secretFrom, roles, attributes = {} } = row as JsonObject;
  if (typeof secretFrom !== "string" || secretFrom === "")
    throw wrong("does not say which variable holds its secret (`secretFrom`)");
  if (!Array.isArray(roles) || !roles.every((role): role is string => typeof role === "string"))
    throw wrong("has no list of `roles`");
  if (!isRecord(attributes)) throw wrong("has `attributes` that are no record");
  const secret = env[secretFrom] ?? "";
  if (secret === "") throw wrong(`takes its secret from ${secretFrom}, which is not set`);
  return { secret, roles, attributes: attributes as JsonObject };
}
