import { type Endpoint, hostOf, matchesName, networkOf, type OperationIr, reaches, read } from "@mcpolicy/core";
import type { CheckedBranch, CheckedPolicy, CheckedRule, TypedCondition } from "../typed.ts";
import type { Linted } from "./rule.ts";
import { type UrlArgument, urlArguments } from "./url-arguments.ts";
import { mostPlaces, type Named, namedIn, namedInNetwork, nothingNamed, placesOf } from "./url-places.ts";
import { type Held, possible } from "./url-possible.ts";

/** A rule that may allow a call of which an argument is a URL. */
export interface UrlCall {
  readonly rule: CheckedRule;
  readonly branch: CheckedBranch;
  readonly operation: Extract<OperationIr, { readonly name: string } | { readonly pattern: string }>;
  readonly argument: UrlArgument;
}

/** The rules of a policy, and those of the policies that it narrows. */
type Rules = Pick<CheckedPolicy, "rules" | "narrows">;

/** Every such call to a server. */
export function* urlCalls({ rules, heads, checks, scope }: Linted, server: string): Iterable<UrlCall> {
  const tools = scope.servers.get(server)?.checked.tools ?? [];
  const conditions = conditionsAbout(heads, server);
  const known = new Map<string, readonly UrlArgument[]>();
  for (const rule of rules) {
    if (rule.effect !== "allow" || rule.shadow) continue;
    for (const branch of rule.branches) {
      for (const operation of branch.operations) {
        if (operation.kind !== "tool" || operation.server !== server) continue;
        const key = keyOf(operation);
        if (!known.has(key)) {
          const tool = "name" in operation ? tools.find(({ name }) => name === operation.name) : undefined;
          const own = checks.filter((each) => !each.ofResult && each.server === server && each.tool === tool?.name);
          known.set(key, urlArguments(tool, conditions.get(key) ?? [], own));
        }
        for (const argument of known.get(key) ?? []) yield { rule, branch, operation, argument };
      }
    }
  }
}

/** The conditions of rules about each operation of a server. */
function conditionsAbout(heads: Linted["heads"], server: string): ReadonlyMap<string, readonly TypedCondition[]> {
  const found = new Map<string, TypedCondition[]>();
  for (const { operations, condition } of heads.flatMap(({ branches }) => branches)) {
    for (const operation of operations) {
      if (operation.server !== server) continue;
      const key = keyOf(operation);
      const known = found.get(key);
      if (known === undefined) found.set(key, [condition]);
      else known.push(condition);
    }
  }
  return found;
}

function keyOf(operation: OperationIr): string {
  return JSON.stringify(operation);
}

/** Where a policy lets a server connect; undefined where it says nothing. */
export function networkIn({ deployment, narrows }: Linted, server: string): readonly Endpoint[] | undefined {
  return networkOf({ deployment, narrows }, server);
}

export function isInside(endpoints: readonly Endpoint[], held: Held): boolean {
  if (held === undefined) return false;
  const host = hostOf(held.host) ?? held.host;
  // Which port a scheme stands for that the URL standard does not know, nobody knows here.
  return endpoints.some((each) => reaches(each, host, held.port ?? 0));
}

/** What an argument may hold in a call that is let through by its rule: all of it, or more where that is not known. */
export function* passing(policy: Rules, call: UrlCall, endpoints: readonly Endpoint[]): Iterable<Passing> {
  const { branch, operation, argument } = call;
  const passes = (held: Held): boolean =>
    possible(branch.condition, argument, held).true &&
    !isDenied(policy, operation, argument, held) &&
    policy.narrows.every((wider) => mayBeAllowed(wider, operation, argument, held));
  if (argument.values !== undefined) {
    for (const text of argument.values) {
      const held = read({ kind: "url" }, text, undefined) as Held;
      if (passes(held)) yield { kind: "held", held, text };
    }
    return;
  }
  let tried = 0;
  for (const held of placesOf(namedAbout(policy, call, endpoints))) {
    tried += 1;
    if (tried > mostPlaces) return yield { kind: "too many" };
    if (passes(held)) yield { kind: "held", held, text: held.href };
  }
  if (passes(undefined)) yield { kind: "held", held: undefined, text: undefined };
}

/** One such value with an example of it; or that there were too many to try. */
export type Passing =
  | { readonly kind: "held"; readonly held: Held; readonly text: string | undefined }
  | { readonly kind: "too many" };

function mayBeAllowed(policy: Rules, operation: OperationIr, argument: UrlArgument, held: Held): boolean {
  const branches = branchesAbout(policy.rules, "allow", operation);
  return (
    branches.some(({ condition }) => possible(condition, argument, held).true) &&
    !isDenied(policy, operation, argument, held) &&
    policy.narrows.every((wider) => mayBeAllowed(wider, operation, argument, held))
  );
}

/** Whether some deny holds for each caller, at any time, whatever else the request is: its condition cannot be false. */
function isDenied(policy: Rules, operation: OperationIr, argument: UrlArgument, held: Held): boolean {
  return branchesAbout(policy.rules, "deny", operation).some(
    ({ condition }) => !possible(condition, argument, held).false,
  );
}

/** Of a deny only those count that are about everybody and for ever; of an allow all that may count. */
function branchesAbout(
  rules: readonly CheckedRule[],
  effect: CheckedRule["effect"],
  operation: OperationIr,
): readonly CheckedBranch[] {
  const known = looked.get(rules) ?? new Map<string, readonly CheckedBranch[]>();
  looked.set(rules, known);
  const key = `${effect} ${keyOf(operation)}`;
  const branches = known.get(key) ?? lookFor(rules, effect, operation);
  known.set(key, branches);
  return branches;
}

/** Many rules are about the same operations. */
const looked = new WeakMap<readonly CheckedRule[], Map<string, readonly CheckedBranch[]>>();

function lookFor(
  rules: readonly CheckedRule[],
  effect: CheckedRule["effect"],
  operation: OperationIr,
): readonly CheckedBranch[] {
  const isForAll = ({ who, from, until }: CheckedRule): boolean =>
    who.anyone && who.except === undefined && from === undefined && until === undefined;
  return rules
    .filter((rule) => rule.effect === effect && !rule.shadow && (effect === "allow" || isForAll(rule)))
    .flatMap((rule) => rule.branches)
    .filter(({ operations, except }) => {
      const isExcepted = except.some(
        (each) => covers(each, operation) || (effect === "deny" && overlaps(each, operation)),
      );
      const isMeant = (each: OperationIr): boolean =>
        effect === "deny" ? covers(each, operation) : overlaps(each, operation);
      return operations.some(isMeant) && !isExcepted;
    });
}

/** Whether each call that the one operation means is one of the other. */
function covers(wide: OperationIr, narrow: OperationIr): boolean {
  if (wide.kind !== "tool" || narrow.kind !== "tool" || wide.server !== narrow.server) return false;
  if ("name" in wide) return "name" in narrow && wide.name === narrow.name;
  return matchesName(wide.pattern, "name" in narrow ? narrow.name : narrow.pattern);
}

/** Whether the two may have a call in common. */
function overlaps(a: OperationIr, b: OperationIr): boolean {
  if (a.kind !== "tool" || b.kind !== "tool" || a.server !== b.server) return false;
  return covers(a, b) || covers(b, a) || ("pattern" in a && "pattern" in b);
}

/** What the conditions that decide a call, and a network, name of schemes, hosts and ports. */
function namedAbout(policy: Rules, call: UrlCall, endpoints: readonly Endpoint[]): Named {
  const named = nothingNamed();
  namedIn(call.branch.condition, named);
  collect(policy, call.operation, named);
  namedInNetwork(endpoints, named);
  return named;
}

function collect(policy: Rules, operation: OperationIr, named: Named): void {
  for (const { condition } of branchesAbout(policy.rules, "deny", operation)) namedIn(condition, named);
  for (const wider of policy.narrows) {
    for (const { condition } of branchesAbout(wider.rules, "allow", operation)) namedIn(condition, named);
    collect(wider, operation, named);
  }
}
