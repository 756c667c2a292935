import { isToolName, type JsonObject, type PinnedTool, pinOf, type ServerIr, type ToolIr } from "@mcpolicy/core";
import { own } from "./message.ts";

/** One way in which what a server offers is not what was pinned, in words for the operator. */
export interface Difference {
  readonly tool: string;
  readonly kind: "changed" | "missing" | "unpinned" | "repeated" | "unnamed";
  readonly text: string;
}

/** What of a live listing may be shown and called: `held` names the tools that are as pinned, or offered by a server without pins. */
export interface HeldTools {
  readonly held: ReadonlySet<string>;
  readonly differences: readonly Difference[];
}

/**
 * Holds the definitions that a server gives now against those that the policy was written for. A definition passes only whole: same
 * name, same digest, offered once. On a server without pins (`untyped`) whatever has a proper name passes.
 */
export function holdAgainstPins(server: ServerIr, live: readonly unknown[]): HeldTools {
  const held = new Set<string>();
  const seen = new Set<string>();
  const differences: Difference[] = [];
  for (const definition of live) {
    const name = toolName(definition);
    if (name === undefined) {
      differences.push({ tool: "", kind: "unnamed", text: "a tool without a proper name is hidden" });
      continue;
    }
    const difference = seen.has(name) ? repeated(name) : differenceOf(server, name, definition as JsonObject);
    seen.add(name);
    if (difference === undefined) held.add(name);
    else {
      held.delete(name);
      differences.push(difference);
    }
  }
  for (const name of Object.keys(server.tools)) if (!seen.has(name)) differences.push(missing(name));
  return { held, differences };
}

/** Whether one live definition is as pinned. */
export function isAsPinned(server: ServerIr, definition: unknown): boolean {
  const name = toolName(definition);
  return name !== undefined && differenceOf(server, name, definition as JsonObject) === undefined;
}

/** The name of a tool definition, where it has a proper one. */
export function toolName(definition: unknown): string | undefined {
  if (typeof definition !== "object" || definition === null) return undefined;
  const name = own(definition as JsonObject, "name");
  return typeof name === "string" && isToolName(name) ? name : undefined;
}

function differenceOf(server: ServerIr, name: string, definition: JsonObject): Difference | undefined {
  if (server.untyped) return undefined;
  const pinned = Object.hasOwn(server.tools, name) ? server.tools[name] : undefined;
  if (pinned === undefined)
    return { tool: name, kind: "unpinned", text: `\`${name}\` is not pinned: it is hidden and denied` };
  const digest = digestOrNone(definition);
  if (digest === pinned.digest) return undefined;
  const what = changedParts(pinned, definition).join(", ");
  const text = `\`${name}\` is not what was pinned: ${what} (pinned ${pinned.digest}, live ${digest}); it is hidden and denied`;
  return { tool: name, kind: "changed", text };
}

function digestOrNone(definition: JsonObject): string {
  try {
    return pinOf(definition as unknown as PinnedTool);
  } catch {
    return "none";
  }
}

/** What differs, as far as the compiled policy still knows the pinned definition. */
function changedParts(pinned: ToolIr, live: JsonObject): readonly string[] {
  const parts: string[] = [];
  const description = own(live, "description") ?? "";
  if (description !== pinned.description) {
    parts.push(`its description changed from ${quoted(pinned.description)} to ${quoted(description)}`);
  }
  const hints = own(live, "annotations") ?? {};
  for (const hint of ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"]) {
    const then = pinned.annotations[hint];
    const now = typeof hints === "object" && hints !== null ? own(hints as JsonObject, hint) : undefined;
    if (then !== now) parts.push(`its ${hint} changed from ${then ?? "none"} to ${quoted(now ?? "none")}`);
  }
  return parts.length === 0 ? ["its title, schemas, icons or annotations changed"] : parts;
}

function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? "none";
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}

function repeated(name: string): Difference {
  return { tool: name, kind: "repeated", text: `\`${name}\` is offered twice: it is hidden and denied` };
}

function missing(name: string): Difference {
  return { tool: name, kind: "missing", text: `\`${name}\` is pinned, but the server does not offer it: it is denied` };
}
