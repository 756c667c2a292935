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
  const rules = callRules(ir);
  return ir.servers.flatMap((server) => [
    ...named.flatMap((kind) => {
      const mentions = mentionsOf(rules, server, kind);
      const known = server.untyped
        ? mentions.exact.keys()
        : kind === "tool"
          ? Object.keys(server.tools)
          : server.prompts;
      const further = server.untyped ? [undefined] : [];
      return [...new Set(known), ...further].flatMap((name) => subject(mentions, server, kind, name));
    }),
    ...unnamed.flatMap((kind) => subject(mentionsOf(rules, server, kind), server, kind, undefined)),
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

function mentionsOf(rules: readonly CallRule[], server: ServerIr, kind: Operation["kind"]): Mentions {
  const exact = new Map<string, Mention[]>();
  const general: Mention[] = [];
  const all: Mention[] = [];
  const isHere = (each: OperationIr): boolean => each.server === server.name && each.kind === kind;
  for (const [number, rule] of rules.entries()) {
    for (const branch of rule.rule.branches) {
      const here = branch.operations.filter(isHere);
      // On an untyped server the names that are taken away need subjects of their own too.
      const spelled = new Set(
        [...here, ...branch.except.filter(isHere)].flatMap((each) => ("name" in each ? [each.name] : [])),
      );
      const mention = { number, rule, branch, order: all.length };
      all.push(mention);
      if (here.some((each) => !("name" in each))) general.push(mention);
      for (const name of spelled) {
        const known = exact.get(name);
        if (known === undefined) exact.set(name, [mention]);
        else known.push(mention);
      }
    }
  }
  return { exact, general, all };
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
