import { type CallRule, callRules } from "./call-rules.ts";
import type { BranchIr, OperationIr, PolicyIr, ServerIr } from "./ir.ts";
import { matchesName } from "./operation-names.ts";
import type { Operation } from "./request.ts";

/** A rule by its number, with those of its branches that can speak of a subject. */
export interface Speaking extends CallRule {
  readonly number: number;
  readonly branches: readonly BranchIr[];
}

/**
 * Operations that one list of rules decides: a tool or prompt by its name, all further names of a server (`name` undefined), or all
 * operations of another kind. Rules that can never speak of them are left out.
 */
export interface Subject {
  readonly kind: Operation["kind"];
  readonly server: ServerIr;
  readonly name: string | undefined;
  /** The enforced allows and denies: what says yes or no. */
  readonly deciding: readonly Speaking[];
  /** What applies beside them where they say yes: what narrows, and what stands in `shadow`. */
  readonly others: readonly Speaking[];
}

const named = ["tool", "prompt"] as const;
const unnamed = ["resource", "completion", "sampling", "elicitation", "roots"] as const;

/** Every subject that some rule speaks of. Operations of no subject are denied by default. */
export function dispatch(ir: PolicyIr): readonly Subject[] {
  const places = mentionsByPlace(callRules(ir));
  const mentionsOf = ({ name: server }: ServerIr, kind: Operation["kind"]): Mentions =>
    places.get(placeOf({ kind, server })) ?? unmentioned;
  return ir.servers.flatMap((server) => [
    ...named.flatMap((kind) => {
      const mentions = mentionsOf(server, kind);
      const known = server.untyped
        ? mentions.exact.keys()
        : kind === "tool"
          ? Object.keys(server.tools)
          : server.prompts;
      const further = server.untyped ? [undefined] : [];
      return [...new Set(known), ...further].flatMap((name) => subject(mentions, server, kind, name));
    }),
    ...unnamed.flatMap((kind) => subject(mentionsOf(server, kind), server, kind, undefined)),
  ]);
}

/** A branch that speaks of operations of one kind of a server, and its place among all, in the order of the policy. */
interface Mention {
  readonly number: number;
  readonly rule: CallRule;
  readonly branch: BranchIr;
  readonly order: number;
}

/** By the names that branches spell out; `general` holds those with patterns too, or that have no names. */
interface Mentions {
  readonly exact: ReadonlyMap<string, readonly Mention[]>;
  readonly general: readonly Mention[];
  readonly all: readonly Mention[];
}

const unmentioned: Mentions = { exact: new Map(), general: [], all: [] };

/** What mentions operations of a server and a kind, by `placeOf`: each branch is looked at once. */
function mentionsByPlace(rules: readonly CallRule[]): ReadonlyMap<string, Mentions> {
  type Gathered = { readonly exact: Map<string, Mention[]>; readonly general: Mention[]; readonly all: Mention[] };
  const places = new Map<string, Gathered>();
  let order = 0;
  for (const [number, rule] of rules.entries()) {
    for (const branch of rule.rule.branches) {
      const mention = { number, rule, branch, order: order++ };
      // On an untyped server the names that are taken away need subjects of their own too.
      const byPlace = Map.groupBy([...branch.operations, ...branch.except], placeOf);
      const patterned = new Set(branch.operations.filter((each) => !("name" in each)).map(placeOf));
      for (const [place, here] of byPlace) {
        const known: Gathered = places.get(place) ?? { exact: new Map(), general: [], all: [] };
        places.set(place, known);
        known.all.push(mention);
        if (patterned.has(place)) known.general.push(mention);
        for (const name of new Set(here.flatMap((each) => ("name" in each ? [each.name] : [])))) {
          const named = known.exact.get(name);
          if (named === undefined) known.exact.set(name, [mention]);
          else named.push(mention);
        }
      }
    }
  }
  return places;
}

function placeOf({ kind, server }: Pick<OperationIr, "kind" | "server">): string {
  return `${kind} ${server}`;
}

/** The subject, where some rule speaks of it. */
function subject(
  mentions: Mentions,
  server: ServerIr,
  kind: Operation["kind"],
  name: string | undefined,
): readonly Subject[] {
  const speaks = ({ branch }: Mention): boolean =>
    branch.operations.some((each) => canMatch(each, server, kind, name)) &&
    !(name !== undefined && branch.except.some((each) => canMatch(each, server, kind, name)));
  const near =
    name === undefined ? mentions.all : [...new Set([...(mentions.exact.get(name) ?? []), ...mentions.general])];
  const speaking = near.filter(speaks).toSorted((a, b) => a.order - b.order);
  const byNumber = Map.groupBy(speaking, ({ number }) => number);
  const rules = [...byNumber].map(([number, mentioned]): Speaking => {
    const [{ rule }] = mentioned as [Mention, ...Mention[]];
    return { ...rule, number, branches: mentioned.map(({ branch }) => branch) };
  });
  if (rules.length === 0) return [];
  return [{ kind, server, name, deciding: rules.filter(decides), others: rules.filter((each) => !decides(each)) }];
}

/** Whether a rule says yes or no: what is in `shadow` does not. */
function decides({ sort, rule }: CallRule): boolean {
  return (sort === "allow" || sort === "deny") && !rule.shadow;
}

/** Whether an operation of a rule is, or may be, one of a subject's. For a name it is certain. */
function canMatch(
  operation: OperationIr,
  server: ServerIr,
  kind: Operation["kind"],
  name: string | undefined,
): boolean {
  if (operation.server !== server.name || operation.kind !== kind) return false;
  if ("name" in operation) return operation.name === name;
  if ("pattern" in operation) return name === undefined || matchesName(operation.pattern, name);
  return true;
}
