import { posix } from "node:path";
import { compile, generatedEngine } from "@mcpolicy/compiler";
import { type JsonObject, type Listing, pinFileOf } from "@mcpolicy/core";
import { checkPolicy } from "@mcpolicy/language";
import { everyAbility, type LoadedPolicy, loadPolicy } from "@mcpolicy/runtime";

const loaded = new Map<string, LoadedPolicy>();

/** A policy from its text, loaded; `pins` by the file that `server NAME from "FILE"` names. Throws what `policy check` would say. */
export function policyText(text: string, pins: Readonly<Record<string, Partial<Listing>>> = {}): LoadedPolicy {
  const key = JSON.stringify([text, pins]);
  const known = loaded.get(key);
  if (known !== undefined) return known;
  const nothing: Listing = { tools: [], resources: [], resourceTemplates: [], prompts: [] };
  const origin = { package: "fixture", version: "1", license: "Apache-2.0" };
  const files = new Map([
    ["p.mcpolicy", `mcpolicy 1\n${text}`],
    ...Object.entries(pins).map(
      ([name, listing]) => [name, JSON.stringify(pinFileOf({ ...nothing, ...listing }, origin))] as const,
    ),
  ]);
  const { policy, diagnostics } = checkPolicy(["p.mcpolicy"], {
    read: (path) => files.get(path),
    join: (from, path) => posix.join(posix.dirname(from), path),
  });
  if (policy === undefined) throw new Error(JSON.stringify(diagnostics, null, 2));
  const made = loadPolicy(compile(policy), { engine: generatedEngine, abilities: everyAbility });
  loaded.set(key, made);
  return made;
}

/** A tool's definition with arguments of these types, some of which a call must have. */
export function tool(
  name: string,
  properties: JsonObject = {},
  required: readonly string[] = [],
  more: JsonObject = {},
): JsonObject {
  const demands = required.length === 0 ? {} : { required: [...required] };
  return { name, description: `It does ${name}.`, inputSchema: { type: "object", properties, ...demands }, ...more };
}
