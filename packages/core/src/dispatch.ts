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
  return ir.servers.flatMap(dispatchByServer(ir));
}

/** Those of one server of the policy. */
export function dispatchByServer(ir: PolicyIr): (server: ServerIr) => readonly Subject[] {
  const mentionsAt = mentionsOf(ir);
  return (server) =>
    [...named, ...unnamed].flatMap((kind) => {
      const mentions = mentionsAt({ kind, server: server.name });
      return [...namesOf(mentions, server, kind)].flatMap((name) => subject(mentions, server, kind, name) ?? []);
    });
}

/** What mentions operations of a kind of a server: found out for all, when first it is asked. */
function mentionsOf(ir: PolicyIr): (place: Pick<OperationIr, "kind" | "server">) => Mentions {
  let places: ReadonlyMap<string, Mentions> | undefined;
  return (place) => {
    places ??= mentionsByPlace(callRules(ir));
    return places.get(placeOf(place)) ?? unmentioned;
  };
}

/** From an operation, by kind, server and name, to what was made of its subject; undefined where no rule speaks of it. */
export type Dispatcher<Made> = (kind: Operation["kind"], server: string, name: string | undefined) => Made | undefined;

/**
 * Finds what decides an operation, among the subjects of `dispatch`. A subject is made into what decides when it is first asked for, so that it
 * costs nothing to load what nobody asks. Throws what `make` throws, each time that the subject is asked for.
 */
export function dispatcher<Made>(ir: PolicyIr, make: (subject: Subject) => Made): Dispatcher<Made> {
  const servers = new Map(ir.servers.map((server) => [server.name, server]));
  const places = new Map<string, Place<Made>>();
  const mentionsAt = mentionsOf(ir);

  function open(key: string, kind: Operation["kind"], server: string): Place<Made> | undefined {
    const found = servers.get(server);
    if (found === undefined) return undefined;
    const mentions = mentionsAt({ kind, server });
    const place = { kind, server: found, mentions, unmade: new Set(namesOf(mentions, found, kind)), made: new Map() };
    places.set(key, place);
    return place;
  }

  function madeOf(place: Place<Made>, name: string | undefined): Made | undefined {
    const known = place.made.get(name);
    if (known !== undefined || !place.unmade.has(name)) return known;
    const found = subject(place.mentions, place.server, place.kind, name);
    const made = found && make(found);
    // Last, so that where nothing can be made of a subject, nothing ever takes its place.
    if (made !== undefined) place.made.set(name, made);
    place.unmade.delete(name);
    return made;
  }

  return (kind, server, name) => {
    const key = placeOf({ kind, server });
    const place = places.get(key) ?? open(key, kind, server);
    if (place === undefined) return undefined;
    return (name === undefined ? undefined : madeOf(place, name)) ?? madeOf(place, undefined);
  };
}

/** What is known of the operations of one kind of a server: `unmade` are the names of subjects that were not asked for yet. */
interface Place<Made> {
  readonly kind: Operation["kind"];
  readonly server: ServerIr;
  readonly mentions: Mentions;
  readonly unmade: Set<string | undefined>;
  readonly made: Map<string | undefined, Made>;
}

/** The names that have a subject of their own, where some rule speaks of them, and `undefined` for all further ones. */
function namesOf(mentions: Mentions, server: ServerIr, kind: Operation["kind"]): Iterable<string | undefined> {
  if (kind !== "tool" && kind !== "prompt") return [undefined];
  if (server.untyped) return [...mentions.exact.keys(), undefined];
  return kind === "tool" ? Object.keys(server.tools) : new Set(server.prompts);
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
  const at = (operation: OperationIr): Gathered => {
    const place = placeOf(operation);
    const known = places.get(place);
    if (known !== undefined) return known;
    const made: Gathered = { exact: new Map(), general: [], all: [] };
    places.set(place, made);
    return made;
  };
  for (const [number, rule] of rules.entries()) {
    for (const branch of rule.rule.branches) {
      const mention = { number, rule, branch, order: order++ };
      for (const operation of branch.operations) {
        const here = at(operation);
        add(here.all, mention);
        if ("name" in operation) add(listOf(here.exact, operation.name), mention);
        else add(here.general, mention);
      }
      // On an untyped server the names that are taken away need subjects of their own too.
      for (const operation of branch.except) {
        const here = at(operation);
        add(here.all, mention);
        if ("name" in operation) add(listOf(here.exact, operation.name), mention);
      }
    }
  }
  return places;
}

/** The list of a name, which is empty where it is new. */
function listOf(exact: Map<string, Mention[]>, name: string): Mention[] {
  const known = exact.get(name);
  if (known !== undefined) return known;
  const made: Mention[] = [];
  exact.set(name, made);
  return made;
}

/** Adds a mention, of which each branch has one, unless it is the last already. */
function add(list: Mention[], mention: Mention): void {
  if (list.at(-1) !== mention) list.push(mention);
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
): Subject | undefined {
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
  if (rules.length === 0) return undefined;
  return { kind, server, name, deciding: rules.filter(decides), others: rules.filter((each) => !decides(each)) };
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
