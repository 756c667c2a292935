import { compile, generatedEngine } from "@mcpolicy/compiler";
import type { JsonObject, Request } from "@mcpolicy/core";
import { type CheckedPolicy, checkPolicy } from "@mcpolicy/language";
import { everyAbility, type LoadedPolicy, loadPolicy } from "@mcpolicy/runtime";

/** Checks, compiles and loads a policy text over one listing, which it names "server.json". Throws on an error in it. */
export function loadOver(
  text: string,
  listing: string,
): { readonly checked: CheckedPolicy; readonly policy: LoadedPolicy; readonly warnings: readonly string[] } {
  const files = {
    read: (path: string) => (path === "policy.mcpolicy" ? text : path === "server.json" ? listing : undefined),
    join: (_: string, path: string) => path,
  };
  const { policy: checked, diagnostics } = checkPolicy(["policy.mcpolicy"], files);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (checked === undefined) throw new Error(errors.map(({ code, message }) => `${code} ${message}`).join("\n"));
  const warnings = diagnostics
    .filter(({ code }) => code.startsWith("P05"))
    .map(({ code, message }) => `${code} ${message}`);
  return {
    checked,
    policy: loadPolicy(compile(checked), { engine: generatedEngine, abilities: everyAbility }),
    warnings,
  };
}

/** A listing of tools, as a server gives it. */
export function listingOf(tools: readonly { readonly name: string; readonly properties: JsonObject }[]): string {
  return JSON.stringify({
    tools: tools.map(({ name, properties }) => ({
      name,
      inputSchema: { type: "object", properties, required: Object.keys(properties) },
    })),
  });
}

/** A call by somebody at some time, with these arguments. */
export function callOf(server: string, name: string, args: JsonObject): Request {
  return {
    principal: { id: "someone", roles: [] },
    operation: { kind: "tool", server, name },
    arguments: args,
    context: { time: Date.UTC(2026, 0, 1) },
  };
}
