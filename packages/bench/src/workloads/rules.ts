import { ruleEngines } from "../engines/index.ts";
import { peers } from "../engines/others.ts";
import { prefixes } from "../rule-sets/prefixes.ts";
import { w1 } from "../rule-sets/w1.ts";
import { w2 } from "../rule-sets/w2.ts";
import type { RuleRequest, RuleSet } from "../rules/rule.ts";
import type { Target, Workload } from "../workload.ts";

/** A rule set as a workload of all engines that can take as many rules. */
function ruleWorkload(
  about: Pick<
    Workload<RuleRequest>,
    "name" | "title" | "isQuick" | "rounds" | "otherRounds" | "timing" | "showsMemory" | "targets"
  >,
  count: number,
  make: () => RuleSet,
  isOneTool = false,
): Workload<RuleRequest> {
  // One set for all that ask within a process: the reference and the engine see the same requests.
  let made: RuleSet | undefined;
  const set = (): RuleSet => {
    made ??= make();
    return made;
  };
  const engines = ruleEngines
    .filter(({ most = MOST_RULES, mostOnOneTool = most }) => count <= (isOneTool ? mostOnOneTool : most))
    .map(({ load, ...engine }) => {
      const isSlow = engine.isSlow === true || (about.name !== "w1" && !quickest.includes(engine.name));
      return { ...engine, isSlow, load: () => load(set()) };
    });
  return { ...about, inputs: () => set().requests, engines };
}

/** What `--quick` has of the larger sets. */
const quickest = ["by-hand", "mcpolicy", "mcpolicy-bound"];

/** What takes more rules than these says so itself: most engines take a minute and more to be ready. */
const MOST_RULES = 10_000;

const nearReference: readonly Target[] = [
  { engine: "mcpolicy", limit: { times: 1.25, of: "by-hand" } },
  { engine: "mcpolicy-bound", limit: { times: 1.25, of: "by-hand" } },
];

/** W1: rules about arguments of twelve tools. */
const ofW1 = ruleWorkload(
  {
    name: "w1",
    title: "W1: 28 rules, 12 tools, 3 roles, 10,000 requests",
    isQuick: true,
    // An answer takes so little that one process is compiled better than the next: the best of several is not luck.
    rounds: 6,
    otherRounds: 2,
    targets: [
      ...nearReference,
      { engine: "mcpolicy", limit: { times: 2.5, of: "by-hand-raw" } },
      { engine: "mcpolicy", limit: { faster: 2.5, than: peers.map(({ name }) => name) } },
      { engine: "mcpolicy", limit: { faster: 5, than: ["casl"] } },
      { engine: "mcpolicy", limit: { faster: 500, than: ["cedar-wasm"] } },
    ],
  },
  28,
  w1,
);

/** W2: many tools, a rule each. */
const ofW2 = [10, 100, 1000, 10_000, 100_000].map((count) =>
  ruleWorkload(
    {
      name: `w2-${count}`,
      title: `W2: ${count.toLocaleString("en")} tools with a rule each`,
      isQuick: count === 1000,
      // Their processes take so long to be ready that they run once: longer, so that the best batch is not luck.
      ...(count > 10_000 ? { timing: 1_000 } : {}),
      // Of so many, what lies in the caches of a machine that others use is more luck than of few.
      ...(count === 10_000 ? { rounds: 5 } : {}),
      otherRounds: 1,
      showsMemory: true,
      // Of 100,000 it is told how they fare.
      targets: count > 10_000 ? [] : nearReference,
    },
    count,
    () => w2(count),
  ),
);

/** All rules on one tool. */
const ofPrefixes = [10, 1000, 10_000].map((count) =>
  ruleWorkload(
    {
      name: `prefixes-${count}`,
      title: `One tool with ${count.toLocaleString("en")} rules, a directory each`,
      isQuick: count === 10 || count === 1000,
      otherRounds: 1,
      showsMemory: true,
      targets: count === 10_000 ? [{ engine: "mcpolicy", limit: { times: 2, of: "mcpolicy", at: "prefixes-10" } }] : [],
    },
    count,
    () => prefixes(count),
    true,
  ),
);

export const ruleWorkloads: readonly Workload<RuleRequest>[] = [ofW1, ...ofW2, ...ofPrefixes];
