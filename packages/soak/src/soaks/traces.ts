import { compile, generatedEngine } from "@mcpolicy/compiler";
import { emptyState } from "@mcpolicy/core";
import { type CheckedPolicy, memoryOf } from "@mcpolicy/language";
import { everyAbility, type LoadedPolicy, loadPolicy } from "@mcpolicy/runtime";
import { type Random, randomOf } from "../agreement/random.ts";
import { inParallel } from "../in-parallel.ts";
import type { Soak, SoakResult } from "../soak.ts";
import { type Letter, play } from "../traces/play.ts";
import { type Finding, manyCalls, oneDecision, oneStream, type Pair, type Way } from "../traces/promises.ts";
import {
  type Addition,
  additions,
  checkSmall,
  smallAddition,
  smallPolicy,
  smallText,
} from "../traces/small-policies.ts";

const ways: Readonly<Record<Addition, Way>> = {
  allow: "raises",
  deny: "lowers",
  require: "lowers",
  limit: "lowers",
  check: "lowers",
  label: "leaves",
  redact: "leaves",
  "deny result": "lowers",
};

/** The tests, by the name of what language.md promises. */
const tests: readonly { readonly name: string; readonly holds: (pair: Pair) => Finding; readonly claimed: boolean }[] =
  [
    { name: "(a) one decision", holds: oneDecision, claimed: false },
    { name: "(b) many calls", holds: manyCalls, claimed: false },
    { name: "(c) one stream", holds: oneStream, claimed: true },
  ];

/** What a run found, by test. */
export interface TracesReport {
  readonly seed: number;
  readonly policies: number;
  readonly additions: Readonly<Record<string, number>>;
  /** What became of each letter of a stream that holds every letter once, before anything was added. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** How many policies each test was tried on. */
  readonly tried: Readonly<Record<string, number>>;
  /** The first failure of each test that failed. */
  readonly failures: Readonly<Record<string, string>>;
}

/**
 * Promise 3 on every trace of up to four requests over three symbols, for random policies and every kind of added statement. Stops where
 * each of the tests has failed.
 */
export function traces(policies: number, seed: number): TracesReport {
  const random = randomOf(seed);
  const added: Record<string, number> = {};
  const tried: Record<string, number> = {};
  const outcomes: Record<string, number> = {};
  const failures: Record<string, string> = {};
  for (let count = 0; count < policies && Object.keys(failures).length < tests.length; count += 1) {
    const { statements, policy } = smallPolicy(random);
    const kind = additions[count % additions.length]!;
    const addition = accepted(random, kind, statements);
    if (addition === undefined) continue;
    added[kind] = (added[kind] ?? 0) + 1;
    const letters = lettersFor(random);
    const gap = random.pick([10_000, 30_000, 40_000]);
    const pair: Pair = { before: loaded(policy), after: loaded(addition.policy), way: ways[kind], letters, gap };
    for (const outcome of outcomesOf(pair)) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    for (const { name, holds, claimed } of tests) {
      if (failures[name] !== undefined || (claimed && !memoryOf(policy).isMonotoneOverRequests)) continue;
      tried[name] = (tried[name] ?? 0) + 1;
      const finding = holds(pair);
      if (finding === undefined) continue;
      const lines = [
        `${name}: ${finding.what}`,
        `stream ${finding.stream.map((index) => JSON.stringify(letters[index])).join(" ; ")}, ${gap} ms apart`,
        smallText(statements),
        `added: ${addition.statements.join("\n       ")}`,
      ];
      failures[name] = lines.join("\n");
    }
  }
  return { seed, policies, additions: added, outcomes, tried, failures };
}

const ranks = ["not let through", "asked", "let through"] as const;

function outcomesOf({ before, letters, gap }: Pair): readonly string[] {
  let state = emptyState;
  return letters.map((letter, index) => {
    const turn = play(before, state, letter, Date.UTC(2026, 0, 1) + index * gap, `call ${index}`);
    state = turn.state;
    return ranks[turn.rank] ?? "nothing";
  });
}

/** A statement of the kind that the checker takes, sometimes with another that narrows too. */
function accepted(
  random: Random,
  kind: Addition,
  statements: readonly string[],
): { readonly statements: readonly string[]; readonly policy: CheckedPolicy } | undefined {
  for (let tries = 0; tries < 8; tries += 1) {
    const also = ways[kind] === "lowers" && random.chance(0.3) ? beside(random, kind) : [];
    const more = [smallAddition(random, kind), ...also];
    const checked = checkSmall([...statements, ...more]);
    if ("policy" in checked) return { statements: more, policy: checked.policy };
  }
  return undefined;
}

function beside(random: Random, kind: Addition): readonly string[] {
  if (kind === "limit") return [smallAddition(random, "require")];
  return kind === "require" ? [smallAddition(random, "limit")] : [];
}

function lettersFor(random: Random): readonly Letter[] {
  const tools = random.chance(0.7) ? random.some(["a", "b", "c"], 3) : random.some(["a", "b", "c", "a", "b"], 3);
  return tools.map((tool): Letter => {
    const id = random.pick(["u", "u", "u", "v"]);
    const n = random.pick([1, 2, 3]);
    return {
      principal: { id, roles: random.pick([["user"], ["user"], ["lead"]]) },
      tool,
      args: random.chance(0.8) ? { x: random.pick([1, 2]) } : {},
      isApproved: random.chance(0.5),
      result: random.chance(0.2)
        ? undefined
        : { structuredContent: { n }, ...(random.chance(0.15) ? { isError: true } : {}) },
    };
  });
}

function loaded(policy: CheckedPolicy): LoadedPolicy {
  return loadPolicy(compile(policy), { engine: generatedEngine, abilities: everyAbility });
}

/** How many policies are drawn from one seed: a run is the same whoever does its parts. */
const policiesPerSeed = 500;

/** One part of a run. */
export function part({ policies, seed }: { readonly policies: number; readonly seed: number }): TracesReport {
  return traces(policies, seed);
}

function together(seed: number, parts: readonly TracesReport[]): TracesReport {
  const sums = (of: (part: TracesReport) => Readonly<Record<string, number>>): Record<string, number> => {
    const total: Record<string, number> = {};
    for (const [name, count] of parts.flatMap((each) => Object.entries(of(each))))
      total[name] = (total[name] ?? 0) + count;
    return total;
  };
  const failures = parts.flatMap((each) =>
    Object.entries(each.failures).map(([name, what]) => [name, `seed ${each.seed}: ${what}`]),
  );
  return {
    seed,
    policies: parts.reduce((total, each) => total + each.policies, 0),
    additions: sums((each) => each.additions),
    outcomes: sums((each) => each.outcomes),
    tried: sums((each) => each.tried),
    failures: Object.fromEntries(failures.toReversed()) as Readonly<Record<string, string>>,
  };
}

/** Promise 3 of language.md, by exhaustion. */
export const tracesSoak: Soak = {
  name: "traces",
  summary: "promise 3 on every short trace, for random policies and every kind of added statement",
  needsShared: false,
  async run({ policies, seed, jobs }): Promise<SoakResult> {
    const tasks = Array.from({ length: Math.ceil(policies / policiesPerSeed) }, (_, index) => ({
      seed: seed + index,
      policies: Math.min(policiesPerSeed, policies - index * policiesPerSeed),
    }));
    const parts = await inParallel<(typeof tasks)[number], TracesReport>(new URL(import.meta.url), "part", tasks, jobs);
    const report = together(seed, parts);
    const failed = Object.values(report.failures);
    const lines = [
      `seed ${seed}: ${report.policies} policies, each with one more statement: ${counts(report.additions)}`,
      `one stream of each policy came to: ${counts(report.outcomes)}`,
      `policies that each test was tried on: ${counts(report.tried)}`,
      ...failed,
      failed.length === 0 ? "promise 3 holds" : "PROMISE 3 IS BROKEN",
    ];
    return { ok: failed.length === 0, lines, data: report };
  },
};

function counts(numbers: Readonly<Record<string, number>>): string {
  return Object.entries(numbers)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}
