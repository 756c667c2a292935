import { isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import type { Era } from "../wire/message.ts";
import { methods, type Side } from "./methods.ts";

/** The extension of tasks (MCP 2026-07-28), which has rows. */
export const TASKS_EXTENSION = "io.modelcontextprotocol/tasks";

/** What a client of everything declares: servers offer some tools to such clients alone. */
export const everyCapability: JsonObject = Object.freeze({
  sampling: {},
  elicitation: { form: {}, url: {} },
  roots: { listChanged: true },
});

/**
 * The capabilities of one side that some row gives a meaning; the others are not announced, since their methods are denied. `isWanted` says of
 * those with a meaning whether the policy could let anything of it pass.
 */
export function announced(
  side: Side,
  capabilities: JsonObject,
  era: Era,
  isWanted: (name: string) => boolean = () => true,
): JsonObject {
  const meant = new Set(
    methods.flatMap(({ capability, era: of }) =>
      capability?.[0] === side && (of === "both" || of === era) ? [capability[1]] : [],
    ),
  );
  return Object.fromEntries(
    Object.entries(capabilities).flatMap(([name, value]): readonly (readonly [string, Value])[] => {
      if (name === "extensions") return extensionsOf(value);
      return meant.has(name) && isWanted(name) ? [[name, value]] : [];
    }),
  );
}

function extensionsOf(value: Value): readonly (readonly [string, Value])[] {
  const tasks = isRecord(value) && Object.hasOwn(value, TASKS_EXTENSION) ? value[TASKS_EXTENSION] : undefined;
  return tasks === undefined ? [] : [["extensions", { [TASKS_EXTENSION]: tasks }]];
}

/** A client's `elicitation` without `url` where no host may be shown; `{}` means forms alone (MCP 2025-11-25). */
export function withoutUrls(elicitation: Value): Value | undefined {
  if (!isRecord(elicitation) || !Object.hasOwn(elicitation, "url")) return elicitation;
  const { url: _, ...rest } = elicitation;
  return Object.keys(rest).length === 0 ? undefined : rest;
}

/** Whether a client declared that it can be asked in a way. */
export function isDeclared(capabilities: JsonObject | undefined, method: string, params: JsonObject): boolean {
  if (capabilities === undefined) return false;
  const has = (name: string): boolean => Object.hasOwn(capabilities, name) && isRecord(capabilities[name]);
  if (method === "sampling/createMessage") return has("sampling");
  if (method === "roots/list") return has("roots");
  if (method !== "elicitation/create" || !has("elicitation")) return false;
  const { form, url } = capabilities["elicitation"] as JsonObject;
  return params["mode"] === "url" ? url !== undefined : form !== undefined || url === undefined;
}
