import type { Kernel } from "@mcpolicy/compiler";
import { operators, type Request } from "@mcpolicy/core";
import type { CheckedPolicy, TypedCondition, TypedOperand } from "@mcpolicy/language";
import { truthsByReference } from "@mcpolicy/testing";
import { moveDifference, runCourse } from "./courses.ts";
import { drawnVocabulary, drawPolicy, visibleMostly } from "./drawing.ts";
import { emphases } from "./emphases.ts";
import {
  type Backend,
  checked,
  differenceOn,
  type Evaluators,
  evaluatorsOf,
  onListsAndExplanation,
} from "./evaluators.ts";
import {
  allowNeverLowers,
  denyNeverRaises,
  listsHoldTheCallable,
  orderNeverMatters,
  printKeepsMeaning,
  unknownNeverGrants,
} from "./laws.ts";
import { type Failing, minimise, show } from "./minimise.ts";
import { addition, type Draft, textOf, type Vocabulary } from "./policies.ts";
import { type Random, randomOf } from "./random.ts";
import { type Nearby, nearbyIn, requestFor } from "./requests.ts";
import { type Toolchain, toolchain } from "./toolchain.ts";

export interface AgreementOptions {
  /** Pairs of a policy and a request. */
  readonly cases: number;
  readonly seed: number;
  /** Requests per policy. */
  readonly perPolicy?: number;
  /** Whether the laws about additions, order and printing are tried as well. */
  readonly laws?: boolean;
  /** Whether a failure is minimised before it is reported. */
  readonly minimised?: boolean;
  /** What is compared with the reference; generated code and closures unless said. */
  readonly backends?: readonly Backend[];
  /** What modules are put together from, where they are among the backends. */
  readonly kernel?: Kernel | undefined;
}

export interface AgreementReport {
  readonly seed: number;
  readonly policies: number;
  readonly cases: number;
  /** Of single requests: all, those allowed, denied by a rule, and those in which a rule's truth was unknown. */
  readonly counts: {
    readonly singles: number;
    readonly allowed: number;
    readonly deniedByRule: number;
    readonly touched: number;
  };
  readonly shares: { readonly allowed: number; readonly deniedByRule: number; readonly touchedByUnknown: number };
  readonly outcomes: Readonly<Record<string, number>>;
  /** How often each row of the operator table stood in a policy that was tried. */
  readonly operators: Readonly<Record<string, number>>;
  /** Statements that the checker refused, of all that were generated: those never count. */
  readonly refused: {
    readonly statements: number;
    readonly of: number;
    readonly reasons: Readonly<Record<string, number>>;
  };
  /** Requests of which the lists and the explanation were compared as well. */
  readonly lists: number;
  /** Traces of several requests with answers, and what their steps came to. */
  readonly courses: number;
  readonly inCourses: Readonly<Record<string, number>>;
  readonly laws: Readonly<Record<string, number>>;
  /** What went wrong, minimised; empty where nothing did. */
  readonly failures: readonly string[];
}

const wantedShare = 0.2;

/** Rows that no generated policy can be expected to hold: grammar of their own. */
const unexpected = operators.filter(({ level }) => level === "logic").map(({ id }) => id);

/**
 * Compares the reference with generated code and closures on random policies and requests, and tries the laws. Stops at a failure. What
 * the generator drew too little of is a failure too.
 */
export function agreement(options: AgreementOptions): AgreementReport {
  return withGeneratorChecked([comparison(options)]);
}

/** How many cases are drawn from one seed: a run is the same whoever does its parts. */
const casesPerSeed = 20_000;

/** The parts of a run, each with a seed of its own. */
export function partsOf({ cases, ...options }: AgreementOptions): readonly AgreementOptions[] {
  return Array.from({ length: Math.ceil(cases / casesPerSeed) }, (_, index) => ({
    ...options,
    seed: options.seed + index,
    cases: Math.min(casesPerSeed, cases - index * casesPerSeed),
  }));
}

/** One report of several, with the failures of all. */
export function withGeneratorChecked(parts: readonly AgreementReport[]): AgreementReport {
  const sum = (of: (part: AgreementReport) => number): number => parts.reduce((total, part) => total + of(part), 0);
  const sums = (of: (part: AgreementReport) => Readonly<Record<string, number>>): Record<string, number> => {
    const total: Record<string, number> = {};
    for (const [name, count] of parts.flatMap((part) => Object.entries(of(part))))
      total[name] = (total[name] ?? 0) + count;
    return total;
  };
  const counts = {
    singles: sum((part) => part.counts.singles),
    allowed: sum((part) => part.counts.allowed),
    deniedByRule: sum((part) => part.counts.deniedByRule),
    touched: sum((part) => part.counts.touched),
  };
  const shares = {
    allowed: counts.allowed / counts.singles,
    deniedByRule: counts.deniedByRule / counts.singles,
    touchedByUnknown: counts.touched / counts.singles,
  };
  const used = sums((part) => part.operators);
  const policies = sum((part) => part.policies);
  const different = parts.flatMap((part) => part.failures);
  const neglected = [
    ...Object.entries(shares)
      .filter(([, share]) => share < wantedShare)
      .map(
        ([name, share]) =>
          `only ${(share * 100).toFixed(1)} % of the cases are ${name}: the generator tests too little`,
      ),
    ...operators
      .filter(({ id }) => policies >= 200 && (used[id] ?? 0) === 0 && !unexpected.includes(id))
      .map(({ id }) => `no policy held the operator ${id}: it was not tested`),
  ];
  const seed = parts[0]?.seed ?? 0;
  return {
    seed,
    policies,
    cases: sum((part) => part.cases),
    counts,
    shares,
    outcomes: sums((part) => part.outcomes),
    operators: used,
    refused: {
      statements: sum((part) => part.refused.statements),
      of: sum((part) => part.refused.of),
      reasons: sums((part) => part.refused.reasons),
    },
    lists: sum((part) => part.lists),
    courses: sum((part) => part.courses),
    inCourses: sums((part) => part.inCourses),
    laws: sums((part) => part.laws),
    failures: different.length > 0 ? different : neglected.map((each) => `seed ${seed}: ${each}`),
  };
}

/** One part of a run; its failures are differences alone. */
export function comparison({
  cases,
  seed,
  perPolicy = 250,
  laws = true,
  minimised = true,
  backends,
  kernel,
}: AgreementOptions): AgreementReport {
  const tools: Toolchain = kernel === undefined ? toolchain : { ...toolchain, kernel };
  const evaluate = (policy: CheckedPolicy): Evaluators => evaluatorsOf(policy, backends, tools);
  const random = randomOf(seed);
  const vocabulary = drawnVocabulary();
  const outcomes: Record<string, number> = {};
  const used: Record<string, number> = {};
  const reasons: Record<string, number> = {};
  const tried: Record<string, number> = {};
  const failures: string[] = [];
  const inCourses: Record<string, number> = {};
  let [courses, singles, policies, done, allowed, deniedByRule, touched, refused, generated, lists] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  ];

  while (done < cases && failures.length === 0) {
    const emphasis = random.chance(0.06) ? random.pick(Object.values(emphases)) : undefined;
    const made = drawPolicy(random, vocabulary, reasons, emphasis);
    generated += made.of;
    refused += made.refused;
    policies += 1;
    const { policy, remembers } = made;
    for (const id of operatorsIn(policy)) used[id] = (used[id] ?? 0) + 1;
    const evaluators = evaluate(policy);
    const text = textOf(made.draft);
    const nearby = nearbyIn(text);
    const requests = Array.from({ length: Math.min(remembers ? perPolicy / 4 : perPolicy, cases - done) }, () =>
      visibleMostly(random, () => requestFor(random, policy, nearby, emphasis?.tools), evaluators),
    );
    for (const request of requests) {
      done += 1;
      singles += 1;
      const { reference, difference } = differenceOn(evaluators, request);
      const outcome = `${reference.effect}: ${reference.reason}`;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (reference.effect === "allow") allowed += 1;
      if (reference.effect === "deny" && reference.reason === "rule") deniedByRule += 1;
      if (truthsByReference(policy, request).some((truth) => truth === undefined)) touched += 1;
      if (difference !== undefined) {
        failures.push(
          reported(
            minimised,
            { draft: made.draft, request },
            difference,
            (each, smaller) => differenceOn(each, smaller).difference,
            evaluate,
          ),
        );
        break;
      }
      if (done % 5 === 0) {
        lists += 1;
        const wrong = onListsAndExplanation(evaluators, request);
        if (wrong !== undefined) {
          failures.push(reported(minimised, { draft: made.draft, request }, wrong, onListsAndExplanation, evaluate));
          break;
        }
      }
    }
    for (let course = 0; remembers && course < Math.max(8, perPolicy / 12) && failures.length === 0; course += 1) {
      const { moves, outcomes: came, wrong } = runCourse(random, evaluators, nearby, 8, emphasis?.tools);
      courses += 1;
      done += moves.length;
      for (const outcome of came) inCourses[outcome] = (inCourses[outcome] ?? 0) + 1;
      if (wrong === undefined) continue;
      const { move, what } = wrong;
      const answer = move.answer === undefined ? "" : `\nanswer: ${JSON.stringify(move.answer)}`;
      failures.push(
        reported(
          minimised,
          { draft: made.draft, request: move.request },
          what + answer,
          (each, smaller) => moveDifference(each, { ...move, request: smaller }),
          evaluate,
        ),
      );
    }
    if (laws && failures.length === 0) {
      const broken = brokenLaw({
        draft: made.draft,
        evaluators,
        requests,
        random,
        vocabulary,
        nearby,
        tried,
        every: policies % 4 === 0,
      });
      if (broken !== undefined) failures.push(broken);
    }
  }

  return {
    seed,
    policies,
    cases: done,
    counts: { singles, allowed, deniedByRule, touched },
    shares: { allowed: allowed / singles, deniedByRule: deniedByRule / singles, touchedByUnknown: touched / singles },
    outcomes,
    operators: Object.fromEntries(operators.map(({ id }) => [id, used[id] ?? 0])),
    refused: { statements: refused, of: generated, reasons },
    lists,
    courses,
    inCourses,
    laws: tried,
    failures: failures.map((failure) => `seed ${seed}: ${failure}`),
  };
}

// ---------------------------------------------------------------------------------------------------------------- operators

/** The ids of the rows that a policy's conditions apply. */
function operatorsIn(policy: CheckedPolicy): ReadonlySet<string> {
  const found = new Set<string>();
  const inOperand = (operand: TypedOperand): void => {
    if (operand.kind === "apply") {
      found.add(operand.operator.id);
      operand.operands.forEach(inOperand);
    }
    if (operand.kind === "field") inOperand(operand.of);
    if (operand.kind === "list") operand.items.forEach(inOperand);
  };
  const inCondition = (condition: TypedCondition): void => {
    if (condition.kind === "atom") inOperand(condition.operand);
    if (condition.kind === "and" || condition.kind === "or") condition.parts.forEach(inCondition);
    if (condition.kind === "not") inCondition(condition.part);
    if (condition.kind === "every" || condition.kind === "some") {
      inOperand(condition.over);
      inCondition(condition.body);
    }
  };
  for (const rule of policy.rules) for (const branch of rule.branches) inCondition(branch.condition);
  return found;
}

// --------------------------------------------------------------------------------------------------------------------- laws

interface Trial {
  readonly draft: Draft;
  readonly evaluators: Evaluators;
  readonly requests: readonly Request[];
  readonly random: Random;
  readonly vocabulary: Vocabulary;
  readonly nearby: Nearby;
  readonly tried: Record<string, number>;
  /** Whether those that need another compilation are tried too. */
  readonly every: boolean;
}

function brokenLaw(trial: Trial): string | undefined {
  const count = (law: string, times: number): void => {
    trial.tried[law] = (trial.tried[law] ?? 0) + times;
  };
  count("print keeps meaning", 1);
  const printed = printKeepsMeaning(textOf(trial.draft));
  if (printed !== undefined) return `${printed}\n\nof the policy\n${textOf(trial.draft)}`;
  const few = trial.requests.slice(0, 30);
  count("unknown never grants", few.length);
  for (const request of few) {
    const broken = unknownNeverGrants(trial.evaluators, request);
    if (broken !== undefined) return reported(true, { draft: trial.draft, request }, broken, unknownNeverGrants);
  }
  count("lists hold the callable", few.length);
  for (const request of few) {
    const broken = listsHoldTheCallable(trial.evaluators, request);
    if (broken !== undefined) return reported(true, { draft: trial.draft, request }, broken, listsHoldTheCallable);
  }
  if (!trial.every) return undefined;

  const { statements } = trial.draft;
  const shuffled = { statements: trial.random.some(statements, statements.length) };
  const changes = [
    {
      name: "a deny never raises",
      law: denyNeverRaises,
      draft: { statements: [...statements, addition(trial.random, trial.vocabulary, "deny")] },
    },
    {
      name: "an allow never lowers",
      law: allowNeverLowers,
      draft: { statements: [...statements, addition(trial.random, trial.vocabulary, "allow")] },
    },
    { name: "order never matters", law: orderNeverMatters, draft: shuffled },
  ];
  for (const { name, law, draft: changed } of changes) {
    const { policy } = checked(textOf(changed));
    if (policy === undefined) continue;
    const after = evaluatorsOf(policy);
    count(name, trial.requests.length);
    for (const request of trial.requests) {
      const broken = law(trial.evaluators, after, request);
      if (broken !== undefined)
        return `${broken}\n\nbefore:\n${textOf(trial.draft)}\nafter:\n${show({ draft: changed, request })}`;
    }
  }
  return undefined;
}

/** A failure with the smallest policy and request that show it. */
function reported(
  shrinks: boolean,
  failing: Failing,
  what: string,
  wrongOn: (evaluators: Evaluators, request: Request) => string | undefined,
  evaluate: (policy: CheckedPolicy) => Evaluators = evaluatorsOf,
): string {
  if (!shrinks) return `${what}\n\n${show(failing)}`;
  const smallest = minimise(failing, ({ draft: candidate, request }) => {
    const { policy } = checked(textOf(candidate));
    if (policy === undefined) return false;
    return wrongOn(evaluate(policy), request) !== undefined;
  });
  return `${what}\n\n${show(smallest)}`;
}
