import { parseArgs } from "node:util";
import { generation1 } from "./fixture/generation-1.ts";
import { generation2 } from "./fixture/generation-2.ts";
import { differences, type Part, runSuite, type Statuses } from "./suite.ts";
import { type Fixture, ways } from "./ways.ts";

const usage = `pnpm conformance [--only direct,guarded,proxied] [--revision 2025-11-25|2026-07-28] [--quick] [--verbose]

Runs the conformance suite of MCP before a server of our own: bare, with the guard within, and behind the gateway, both under a policy that allows
everything. Ends with 1 where a check does not come to the same. --quick leaves out scenarios beyond what the revisions require; --verbose lists
the checks that did not succeed in the first way.`;

/** What each revision requires, and scenarios beyond that which transports can get wrong. */
const parts: readonly Part[] = [
  { revision: "2025-11-25" },
  { revision: "2025-11-25", scenario: "server-sse-polling" },
  { revision: "2025-11-25", scenario: "server-session-lifecycle" },
  { revision: "2025-11-25", scenario: "json-schema-2020-12" },
  { revision: "2026-07-28" },
  { revision: "2026-07-28", scenario: "http-header-validation" },
  { revision: "2026-07-28", scenario: "http-custom-header-server-validation" },
  { revision: "2026-07-28", scenario: "json-schema-2020-12" },
];

const fixtures: Readonly<Record<Part["revision"], Fixture>> = { "2025-11-25": generation1, "2026-07-28": generation2 };

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: Object.keys(ways).join(",") },
      revision: { type: "string" },
      quick: { type: "boolean", default: false },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const { revision, quick, verbose, help } = values;
  const chosen = values.only.split(",");
  const asked = parts.filter((part) => (revision ?? part.revision) === part.revision && !(quick && part.scenario));
  if (help || asked.length === 0 || chosen.some((way) => !Object.hasOwn(ways, way))) {
    console[help ? "log" : "error"](usage);
    return help ? 0 : 4;
  }
  const all: Outcome[] = [];
  for (const part of asked) {
    const outcomes = await Promise.all(chosen.map((way) => outcomeOf(part, way)));
    for (const outcome of outcomes) {
      console.log(`${nameOf(part).padEnd(50)} ${outcome.way.padEnd(8)} ${counted([outcome])}`);
      for (const line of problemsOf(outcome, outcomes[0]!)) console.log(`  PROBLEM ${line}`);
    }
    if (verbose) for (const line of unsuccessful(outcomes[0]!)) console.log(`  ${line}`);
    all.push(...outcomes);
  }
  for (const way of chosen)
    console.log(`${"total".padEnd(50)} ${way.padEnd(8)} ${counted(all.filter((each) => each.way === way))}`);
  const problems = all.flatMap((each) => problemsOf(each, all.find(({ part }) => part === each.part)!));
  console.log(
    problems.length === 0 ? "every check came to the same" : `FAILED: ${problems.length} checks came to something else`,
  );
  return problems.length === 0 ? 0 : 1;
}

/** What a part of the suite came to, one way. */
interface Outcome {
  readonly part: Part;
  readonly way: string;
  readonly statuses: Statuses;
  readonly decisions: number | undefined;
}

async function outcomeOf(part: Part, way: string): Promise<Outcome> {
  const { url, stop, decisions } = await ways[way]!(fixtures[part.revision]);
  const statuses = await runSuite(url, part).finally(stop);
  return { part, way, statuses, decisions: decisions() };
}

/** Where it differs from another way's; and that nothing was decided, where something was to be. */
function problemsOf({ statuses, decisions }: Outcome, first: Outcome): readonly string[] {
  const undecided = decisions === 0 ? ["nothing was decided: the suite did not pass through the policy"] : [];
  return [...differences(first.statuses, statuses), ...undecided];
}

function nameOf({ revision, scenario }: Part): string {
  return scenario === undefined ? revision : `${revision} ${scenario}`;
}

function unsuccessful({ statuses }: Outcome): readonly string[] {
  return [...statuses].flatMap(([key, all]) =>
    all.filter((each) => each !== "SUCCESS").map((each) => `${each} ${key}`),
  );
}

function counted(outcomes: readonly Outcome[]): string {
  const all = outcomes.flatMap(({ statuses }) => [...statuses.values()].flat());
  const kinds = ["SUCCESS", "FAILURE", "WARNING", "SKIPPED"].map(
    (kind) => `${all.filter((each) => each === kind).length} ${kind.toLowerCase()}`,
  );
  const decided = outcomes.flatMap(({ decisions }) => decisions ?? []);
  const sum = decided.reduce((total, each) => total + each, 0);
  return `${all.length} checks: ${kinds.join(", ")}${decided.length === 0 ? "" : `; ${sum} decisions`}`;
}
