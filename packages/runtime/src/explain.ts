import {
  type Atom,
  absent,
  argumentPointers,
  type ConditionIr,
  type DecidingRule,
  type EventsIr,
  type EventVerb,
  isCarried,
  type NearestAllow,
  type OperandIr,
  type PolicyIr,
  type ReferenceIr,
  type RuleHeadIr,
  type RuleIr,
  read,
  referencesOf,
  referencesOfAtom,
  type SeenAtom,
  type TallyIr,
  type Truth,
  whyUnreadable,
} from "@mcpolicy/core";
import { matching, rangeOf } from "./history.ts";
import { elementScenes, judge, truthOf } from "./interpret.ts";
import { branchSpeaks } from "./operations.ts";
import { type Asked, isAbout, isInForce, ruleTruth } from "./rule-truth.ts";
import { isThere, lookUp, type Scene } from "./scene.ts";
import { shown } from "./shown.ts";

/** The sorts of rules, as an explanation names them. */
export type RuleSort = RuleIr["effect"] | "limit" | "require" | "label" | "deny result" | "redact";

/** One rule as a request met it: its truth, why where no condition made it, and every atom that was read. */
export interface SeenRule {
  readonly id: string;
  readonly effect: RuleSort;
  readonly place: RuleIr["place"];
  readonly shadow: boolean;
  readonly truth: SeenAtom["truth"];
  /** Where no condition decided: the caller, the dates, the operation. Empty otherwise. */
  readonly because: string;
  readonly atoms: readonly SeenAtom[];
}

/** More elements of a list than these are not shown one by one. */
const SHOWN_ELEMENTS = 20;
const SHOWN_TEXT = 160;

/** Every rule, as it met the request, sorted by id. */
export function seenRules(ir: PolicyIr, question: Asked): readonly SeenRule[] {
  return everyRule(ir).map(({ rule, effect }) => {
    const because = whyNotAsked(rule, question);
    return {
      id: rule.id,
      effect,
      place: rule.place,
      shadow: rule.shadow,
      truth: inWords(ruleTruth(rule, question)),
      because,
      atoms:
        because === "" ? speaking(rule, question).flatMap((branch) => atomsOf(branch.condition, question.scene)) : [],
    };
  });
}

/** All rules of a policy with their sorts, by id: those of policies that it narrows are theirs. */
function everyRule(ir: PolicyIr): readonly { readonly rule: RuleHeadIr; readonly effect: RuleSort }[] {
  const sort = (effect: RuleSort, rules: readonly RuleHeadIr[] = []) => rules.map((rule) => ({ rule, effect }));
  return [
    ...ir.rules.map((rule) => ({ rule, effect: rule.effect })),
    ...sort("limit", ir.limits),
    ...sort("require", ir.requires),
    ...sort("label", ir.labels),
    ...sort("deny result", ir.resultDenies),
    ...sort("redact", ir.redacts),
  ].sort((a, b) => byId(a.rule, b.rule));
}

/** A rule that decided, with whether only an unknown made it match. */
export function decidingRule(rule: RuleHeadIr, truth: Truth): DecidingRule {
  return { id: rule.id, place: rule.place, matched: truth === true ? "true" : "unknown" };
}

/** Rules by id, in code units: statement order never shows. */
export function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** The atoms that made a deny match, and the arguments that they read. */
export function whatHeld(
  rule: RuleHeadIr,
  question: Asked,
): { readonly atoms: readonly SeenAtom[]; readonly pointers: readonly string[] } {
  const culprits = speaking(rule, question)
    .filter((branch) => truthOf(branch.condition, question.scene) !== false)
    .flatMap((branch) => blamed(branch.condition, question.scene, "held"));
  return {
    atoms: culprits.map(({ atom, scene }) => seen(atom, scene)),
    pointers: culprits.flatMap(({ atom, over }) => [...over, atom].flatMap(argumentPointers)),
  };
}

/**
 * The allow that came nearest: of those that speak of this operation to this caller now, the one with the fewest failed atoms; else
 * one for another time; else one for other callers. Among equals the first by id. Undefined where no allow speaks of the operation.
 */
export function nearestAllow(ir: PolicyIr, question: Asked): NearestAllow | undefined {
  const near = ir.rules
    .filter((rule) => rule.effect === "allow" && !rule.shadow)
    .flatMap((rule) => nearness(rule, question))
    .sort((a, b) => a.rank - b.rank || a.failures - b.failures || byId(a.allow, b.allow));
  return near[0]?.allow;
}

interface Nearness {
  readonly rank: number;
  readonly failures: number;
  readonly allow: NearestAllow;
}

function nearness(rule: RuleIr, question: Asked): readonly Nearness[] {
  const branches = speaking(rule, question);
  if (branches.length === 0) return [];
  const because = whyNotAsked(rule, question);
  const asked = { id: rule.id, place: rule.place };
  if (because !== "") {
    const rank = isAbout(rule.who, question.caller) ? 1 : 2;
    return [{ rank, failures: 0, allow: { ...asked, failed: undefined, because } }];
  }
  return branches.map((branch) => {
    const failed = blamed(branch.condition, question.scene, "failed");
    return {
      rank: 0,
      failures: failed.length,
      allow: {
        ...asked,
        failed: failed[0] === undefined ? undefined : seen(failed[0].atom, failed[0].scene),
        because:
          branchSpeaks(branch, question.operation) === undefined ? "the operation's URI cannot be read" : because,
      },
    };
  });
}

function speaking(rule: RuleHeadIr, question: Asked): RuleHeadIr["branches"] {
  return rule.branches.filter((branch) => branchSpeaks(branch, question.operation) !== false);
}

function whyNotAsked(rule: RuleHeadIr, question: Asked): string {
  if (speaking(rule, question).length === 0) return "it speaks of other operations";
  if (!isAbout(rule.who, question.caller)) return `it is about ${whoInWords(rule)}`;
  if (!isInForce(rule, question.time)) return "it is not in force at this time";
  return "";
}

function whoInWords({ who }: RuleHeadIr): string {
  const named = [...who.roles.map((role) => `role ${role}`), ...who.ids.map((id) => `id ${JSON.stringify(id)}`)];
  if (who.anyone) return "other callers: this one is excepted";
  return named.length === 0
    ? "no caller"
    : `callers with ${named.join(" or ")}${who.except ? ", with exceptions" : ""}`;
}

/** An atom to blame, where it stood, and the quantifiers around it. */
interface Culprit {
  readonly atom: Atom;
  readonly scene: Scene;
  readonly over: readonly Atom[];
}

/**
 * The atoms on which it hangs that a condition held (is not false: what makes a deny match) or failed (is not true: what keeps an
 * allow from granting), in the order of the source. `not` asks its part for the opposite.
 */
function blamed(
  condition: ConditionIr,
  scene: Scene,
  pole: "held" | "failed",
  over: readonly Atom[] = [],
): readonly Culprit[] {
  const isPart = (each: ConditionIr, where: Scene): boolean => truthOf(each, where) !== (pole === "failed");
  switch (condition.kind) {
    case "constant":
      return [];
    case "and":
    case "or":
      return condition.parts.filter((part) => isPart(part, scene)).flatMap((part) => blamed(part, scene, pole, over));
    case "not":
      return blamed(condition.part, scene, pole === "held" ? "failed" : "held", over);
    case "has":
    case "atom":
    case "carries":
    case "happened":
    case "tally":
      return [{ atom: condition, scene, over }];
    case "every":
    case "some": {
      const element = elementScenes(condition.variable, condition.over, scene)?.find((each) =>
        isPart(condition.body, each),
      );
      const within = element === undefined ? [] : blamed(condition.body, element, pole, [...over, condition]);
      return within.length === 0 ? [{ atom: condition, scene, over }] : within;
    }
  }
}

function atomsOf(condition: ConditionIr, scene: Scene): readonly SeenAtom[] {
  switch (condition.kind) {
    case "constant":
      return [];
    case "and":
    case "or":
      return condition.parts.flatMap((part) => atomsOf(part, scene));
    case "not":
      return atomsOf(condition.part, scene);
    case "has":
    case "atom":
    case "carries":
    case "happened":
    case "tally":
      return [seen(condition, scene)];
    case "every":
    case "some": {
      const elements = elementScenes(condition.variable, condition.over, scene)?.slice(0, SHOWN_ELEMENTS) ?? [];
      return [seen(condition, scene), ...elements.flatMap((each) => atomsOf(condition.body, each))];
    }
  }
}

function seen(condition: Atom, scene: Scene): SeenAtom {
  const { place, text } = condition.at;
  return { place, text, truth: inWords(truthOf(condition, scene)), read: [...new Set(readBy(condition, scene))] };
}

function readBy(atom: Atom, scene: Scene): readonly string[] {
  switch (atom.kind) {
    case "has":
      return [`${nameOf(atom.reference)} is ${isThere(atom.reference, scene) === true ? "there" : "not there"}`];
    case "carries":
      return [labelInWords(atom.label, scene)];
    case "happened":
      return [eventsInWords(atom.verb, atom.events, scene)];
    case "tally":
      return [
        tallyInWords(atom.tally, scene),
        eventsInWords(atom.tally.verb, atom.tally.events, scene),
        ...readings(atom.bound, scene),
      ];
    default:
      return referencesOfAtom(atom).map((reference) => reading(reference, scene));
  }
}

function labelInWords(label: string, { history }: Scene): string {
  if (history === undefined) return `label ${label}: history is unknown`;
  const { state, caller, now } = history;
  const held = state.labels.filter((each) => each.caller === caller && each.label === label && isCarried(each, now));
  if (held.length === 0) return `the caller carries no label ${label}`;
  const ends = held.map(({ until }) => until ?? Number.POSITIVE_INFINITY);
  const end = Math.max(...ends);
  const until = Number.isFinite(end) ? `until ${new Date(end).toISOString()}` : "while a call is in flight";
  return `the caller carries label ${label} ${until}`;
}

/** `2 called in the window, 1 more in doubt`; what events they were is in the log of decisions. */
function eventsInWords(verb: EventVerb, events: EventsIr, scene: Scene): string {
  if (scene.history === undefined) return "history is unknown";
  const found = matching(events, verb, scene, judge);
  if (found === undefined)
    return `no event surely ended what \`since\` looks for, so it is unknown what was ${verb} after it`;
  const sure = found.events.filter(({ truth }) => truth === true).length;
  const inDoubt = found.events.filter(({ truth }) => truth === undefined).length;
  return [
    `${sure} ${verb} in the window`,
    ...(inDoubt === 0 ? [] : [`${inDoubt} more in doubt`]),
    ...(found.forgotten ? ["what lies further back was forgotten"] : []),
  ].join(", ");
}

function tallyInWords(tally: TallyIr, scene: Scene): string {
  const range = rangeOf(tally, scene, judge);
  const name = tally.kind === "distinct" ? "count of distinct" : tally.kind;
  if (range === undefined) return `${name} is unknown`;
  return range.low === range.high ? `${name} = ${range.low}` : `${name} is between ${range.low} and ${range.high}`;
}

/** `args.path = "/a/../b" (it has a .. segment)` for each name that an operand reads. */
function readings(operand: OperandIr, scene: Scene): readonly string[] {
  return referencesOf(operand).map((reference) => reading(reference, scene));
}

function reading(reference: ReferenceIr, scene: Scene): string {
  const name = nameOf(reference);
  const found = lookUp(reference, scene);
  if (found === undefined) return `${name} is unknown`;
  if (found === absent) {
    return reference.fallback === undefined
      ? `${name} is absent`
      : `${name} is absent, so ${shown(reference.fallback, SHOWN_TEXT)}`;
  }
  const isReadable = read(reference.as, found, scene.root) !== undefined;
  const why = isReadable ? "" : ` (${whyUnreadable(reference.as, found, scene.root)})`;
  return `${name} = ${shown(found, SHOWN_TEXT)}${why}`;
}

function nameOf(reference: ReferenceIr): string {
  const root = reference.root === "variable" ? (reference.variable ?? "") : reference.root;
  const steps = reference.path.map((key) => {
    if (typeof key === "number") return `[${key}]`;
    return /^[A-Za-z_][\w-]*$/.test(key) ? `.${key}` : `.${JSON.stringify(key)}`;
  });
  return root + steps.join("");
}

function inWords(truth: Truth): SeenAtom["truth"] {
  return truth === undefined ? "unknown" : truth ? "true" : "false";
}
