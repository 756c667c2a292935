import { type Endpoint, hostOf, matchesName, networkOf, type OperationIr, reaches } from "@mcpolicy/core";
import type { CheckedBranch, CheckedPolicy, CheckedRule } from "../typed.ts";
import type { Linted } from "./rule.ts";
import { type UrlArgument, urlArguments } from "./url-arguments.ts";
import { type Named, namedIn, namedInNetwork, nothingNamed } from "./url-places.ts";
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
  for (const rule of rules) {
    if (rule.effect !== "allow" || rule.shadow) continue;
    for (const branch of rule.branches) {
      for (const operation of branch.operations) {
        if (operation.kind !== "tool" || operation.server !== server) continue;
        const tool = "name" in operation ? tools.find(({ name }) => name === operation.name) : undefined;
        const own = checks.filter((each) => !each.ofResult && each.server === server && each.tool === tool?.name);
        for (const argument of urlArguments(operation, tool, heads, own)) yield { rule, branch, operation, argument };
      }
    }
  }
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

/** Whether a call may be let through by its rule while the argument holds this. True where that is not known. */
export function mayPass(policy: Rules, { branch, operation, argument }: UrlCall, held: Held): boolean {
  return (
    possible(branch.condition, argument, held).true &&
    !isDenied(policy, operation, argument, held) &&
    policy.narrows.every((wider) => mayBeAllowed(wider, operation, argument, held))
  );
}

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
  const isForAll = ({ who, from, until }: CheckedRule): boolean =>
    who.anyone && who.except === undefined && from === undefined && until === undefined;
  return rules
    .filter((rule) => rule.effect === effect && !rule.shadow && (effect === "allow" || isForAll(rule)))
    .flatMap((rule) => rule.branches)
    .filter(({ operations, except }) => {
      const isExcepted = except.some(
        (each) => covers(each, operation) || (effect === "deny" && overlaps(each, operation)),
      );
      return operations.some((each) => covers(each, operation)) && !isExcepted;
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
export function namedAbout(policy: Rules, call: UrlCall, endpoints: readonly Endpoint[]): Named {
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
