import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isRecord, type JsonObject } from "@mcpolicy/core";
import { intake } from "@mcpolicy/mcp";
import { UsageError } from "./exit-codes.ts";

/**
 * A JSON object given to a flag as text, or as `@FILE`. Read as strictly as the proxy reads requests: duplicate keys and numbers
 * that two readers would take differently are refused. Throws a UsageError.
 */
export function jsonObject(flag: string, text: string, cwd: string): JsonObject {
  const json = text.startsWith("@") ? contents(flag, text.slice(1), cwd) : text;
  const taken = intake(json);
  if (taken.kind === "refused") throw new UsageError(`${flag} takes JSON: ${taken.why}`);
  if (!isRecord(taken.value)) throw new UsageError(`${flag} takes a JSON object, such as {"path": "/workspace/a.ts"}`);
  return taken.value;
}

function contents(flag: string, path: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, path), "utf8");
  } catch (problem) {
    throw new UsageError(`${flag} cannot read ${path}: ${(problem as Error).message}`);
  }
}
