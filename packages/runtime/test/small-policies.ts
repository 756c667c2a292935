import {
  type ConditionIr,
  type Context,
  digestOf,
  type EngineFactory,
  IR_VERSION,
  type JsonObject,
  type PolicyIr,
  type Principal,
  type Request,
  type RuleIr,
  type ServerIr,
} from "@mcpolicy/core";
import { type LoadedPolicy, loadPolicy } from "../src/index.ts";

export const place = { file: "p.mcpolicy", line: 1, column: 1 };
export const everyone = { anyone: true, roles: [], ids: [] };
export const always: ConditionIr = { kind: "constant", truth: true };
export const caller: Principal = { id: "ann", roles: [] };
export const now: Context = { time: 1_000_000 };
export const tool = { kind: "tool", server: "fs", name: "read" } as const;

export const server: ServerIr = {
  name: "fs",
  untyped: false,
  trusted: false,
  root: "/w",
  tools: { read: { digest: "sha256-0", description: "Reads.", annotations: { readOnlyHint: true }, schema: {} } },
  prompts: [],
};

/** A rule about `fs.read` for everyone, but for what is said otherwise. */
export function rule(over: Partial<RuleIr> & Pick<RuleIr, "id" | "effect">, condition: ConditionIr = always): RuleIr {
  return { place, who: everyone, branches: [{ operations: [tool], except: [], condition }], shadow: false, ...over };
}

/** A policy of these rules on one server, but for what is said otherwise. */
export function policy(rules: readonly RuleIr[], over: Partial<PolicyIr> = {}): PolicyIr {
  return { version: IR_VERSION, servers: [server], roles: {}, principal: {}, context: {}, rules, ...over };
}

/** The policy, through its artifact and loading. */
export function load(ir: PolicyIr, engine?: EngineFactory): LoadedPolicy {
  const artifact = { mcpolicyArtifact: 1, digest: digestOf(ir), policy: ir } as const;
  return loadPolicy(artifact, engine === undefined ? {} : { engine });
}

/** A call of `fs.read`. */
export function call(args: JsonObject, over: Partial<Request> = {}): Request {
  return { principal: caller, operation: tool, arguments: args, context: now, ...over };
}
