import { compile, generatedEngine } from "@mcpolicy/compiler";
import type { JsonObject, Request } from "@mcpolicy/core";
import { checkPolicy } from "@mcpolicy/language";
import { everyAbility, type LoadedPolicy, loadPolicy } from "@mcpolicy/runtime";

/** A policy over one server without pins, named `s`, whose tools everybody may call but for what the text says. */
export function policyOf(text: string): LoadedPolicy {
  const source = `mcpolicy 1\nserver s untyped\nallow "all" anyone to s.*\n${text}`;
  const files = {
    read: (path: string) => (path === "p" ? source : undefined),
    join: (_: string, path: string) => path,
  };
  const { policy, diagnostics } = checkPolicy(["p"], files);
  const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
  if (policy === undefined || errors.length > 0) throw new Error(errors.join("\n"));
  return loadPolicy(compile(policy), { engine: generatedEngine, abilities: everyAbility });
}

/** A call of one of its tools. */
export function callOf(name: string, over: { tenant?: string; id?: string; args?: JsonObject } = {}): Request {
  const { tenant, id = "ann", args = {} } = over;
  return {
    principal: { id, roles: [], ...(tenant === undefined ? {} : { tenant }) },
    operation: { kind: "tool", server: "s", name },
    arguments: args,
    context: { time: Date.now() },
  };
}
