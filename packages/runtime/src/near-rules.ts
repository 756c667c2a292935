import type { BranchIr, Operation, PolicyIr, RuleHeadIr } from "@mcpolicy/core";

/** The lists of rules that a call is held against. */
const lists = ["rules", "requires", "limits", "labels", "redacts", "resultDenies"] as const;

type Lists = Pick<PolicyIr, (typeof lists)[number]>;

/**
 * For each operation the policy without the rules that cannot speak of it, whatever else the request holds: what is left decides the same
 * as the whole, in time that does not grow with the rules about other operations. What the policy narrows stays as it is. Nothing is done before it is
 * asked: most calls are let through, and need no explanation.
 */
export function nearRules(ir: PolicyIr): (operation: Operation) => PolicyIr {
  let near: ReturnType<typeof indexed> | undefined;
  return (operation) => {
    near ??= indexed(ir);
    return near(operation);
  };
}

/** The same, of rules that are put in order by what they speak of. */
function indexed(ir: PolicyIr): (operation: Operation) => PolicyIr {
  const places = new Map<string, Place>();
  for (const list of lists) {
    for (const rule of ir[list] ?? []) {
      for (const { place, name } of rule.branches.flatMap(placesOf)) {
        const at = places.get(place) ?? { exact: new Map<string, RuleHeadIr[]>(), general: [] as RuleHeadIr[] };
        places.set(place, at);
        if (name === undefined) at.general.push(rule);
        else if (at.exact.has(name)) at.exact.get(name)?.push(rule);
        else at.exact.set(name, [rule]);
      }
    }
  }
  const members: Members = new Map(
    lists.flatMap((list) => (ir[list] === undefined ? [] : [[list, new Set<RuleHeadIr>(ir[list])]])),
  );
  const order = new Map(lists.flatMap((list) => ir[list] ?? []).map((rule, index) => [rule, index]));
  // One for each name that rules spell out at a place, and one for all further ones: never more than the policy has names.
  const made = new Map<readonly RuleHeadIr[], PolicyIr>();
  return (operation) => {
    const at = places.get(placeOf(operation));
    const exact = "name" in operation ? at?.exact.get(operation.name) : undefined;
    const key = exact ?? at?.general ?? nothing;
    const known = made.get(key);
    if (known !== undefined) return known;
    const kept = new Set([...(exact ?? []), ...(at?.general ?? [])]);
    const near = withOnly(
      ir,
      members,
      [...kept].toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0)),
    );
    made.set(key, near);
    return near;
  };
}

/** Rules that speak of operations of one kind of a server: by the names that they spell out, and those with patterns or without names. */
interface Place {
  readonly exact: Map<string, RuleHeadIr[]>;
  readonly general: RuleHeadIr[];
}

type Members = ReadonlyMap<string, ReadonlySet<RuleHeadIr>>;

const nothing: readonly RuleHeadIr[] = [];

function placesOf(branch: BranchIr): readonly { readonly place: string; readonly name: string | undefined }[] {
  return branch.operations.map((each) => ({ place: placeOf(each), name: "name" in each ? each.name : undefined }));
}

function placeOf({ kind, server }: Pick<Operation, "kind" | "server">): string {
  return `${kind} ${server}`;
}

function withOnly(ir: PolicyIr, members: Members, kept: readonly RuleHeadIr[]): PolicyIr {
  const near = lists.flatMap((list) => {
    const all = members.get(list);
    return all === undefined ? [] : [[list, kept.filter((rule) => all.has(rule))]];
  });
  return { ...ir, ...(Object.fromEntries(near) as unknown as Lists) };
}
