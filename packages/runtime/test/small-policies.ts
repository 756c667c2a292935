import {
  type ConditionIr,
  type Context,
  callerKeyOf,
  digestOf,
  type EngineFactory,
  emptyState,
  IR_VERSION,
  type JsonObject,
  type PastCall,
  type PolicyIr,
  type Principal,
  type ReferenceIr,
  type Request,
  type RuleHeadIr,
  type RuleIr,
  type ServerIr,
  type State,
} from "@mcpolicy/core";
import { everyAbility, type LoadedPolicy, loadPolicy } from "../src/index.ts";

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

/** What every sort of rule has: about `fs.read` for everyone. */
export function head(id: string, condition: ConditionIr = always): RuleHeadIr {
  return { id, place, who: everyone, branches: [{ operations: [tool], except: [], condition }], shadow: false };
}

/** An atom about the arguments: the flag of that name. */
export function flag(name: string, root: ReferenceIr["root"] = "args"): ConditionIr {
  const operand: ReferenceIr = { kind: "reference", root, path: [name], as: { kind: "bool" } };
  return { kind: "atom", operand, at: { place, text: `${root}.${name}` } };
}

/** What is remembered, but for what is said otherwise: nothing. */
export function remembered(over: Partial<State>): State {
  return { ...emptyState, ...over };
}

/** A call of `fs.read` by the usual caller, let through and completed at an instant, but for what is said otherwise. */
export function pastCall(at: number, over: Partial<PastCall> = {}): PastCall {
  const base = { id: `call at ${at}`, caller: callerKeyOf(caller), operation: tool, arguments: {} };
  return { ...base, attempted: at, called: at, completed: at, ended: at, ...over };
}

/** A policy of these rules on one server, but for what is said otherwise. */
export function policy(rules: readonly RuleIr[], over: Partial<PolicyIr> = {}): PolicyIr {
  return { version: IR_VERSION, servers: [server], roles: {}, principal: {}, context: {}, rules, ...over };
}

/** The policy with a rule, never in force, that looks back at all there is of each call of `fs.read`: nothing of an event is left out. */
export function watched(ir: PolicyIr): PolicyIr {
  const at = { place, text: "all" };
  const all = (root: "its", field: string): ConditionIr => {
    return { kind: "has", reference: { kind: "reference", root, path: [field], as: { kind: "any" } }, at };
  };
  const branches = [{ operations: [tool], except: [], condition: always }];
  const looksBack = (verb: "attempted" | "completed", about: ConditionIr): ConditionIr => {
    return { kind: "happened", verb, events: { branches, byAnyone: false, with: about, last: 1 }, at };
  };
  const carried = (ir.labels ?? []).concat((ir.narrows ?? []).flatMap(({ labels = [] }) => labels));
  const parts: readonly ConditionIr[] = [
    looksBack("attempted", all("its", "args")),
    looksBack("completed", all("its", "result")),
    ...carried.map(({ label }): ConditionIr => ({ kind: "carries", label, at })),
  ];
  return { ...ir, rules: [...ir.rules, rule({ id: "watch", effect: "deny", until: 0 }, { kind: "and", parts })] };
}

/** The policy, through its artifact and loading. */
export function load(ir: PolicyIr, engine?: EngineFactory): LoadedPolicy {
  const artifact = { mcpolicyArtifact: 1, digest: digestOf(ir), policy: ir } as const;
  return loadPolicy(artifact, { abilities: everyAbility, ...(engine === undefined ? {} : { engine }) });
}

/** A call of `fs.read`. */
export function call(args: JsonObject, over: Partial<Request> = {}): Request {
  return { principal: caller, operation: tool, arguments: args, context: now, ...over };
}
