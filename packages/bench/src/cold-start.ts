import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { artifactOf } from "./artifacts.ts";
import { bundle } from "./bundle.ts";
import { requestOf } from "./engines/mcpolicy.ts";
import { handWritten, peers } from "./engines/others.ts";
import { lastLine } from "./processes.ts";
import { w1 } from "./rule-sets/w1.ts";
import { toPolicy } from "./rules/to-policy.ts";

/** CPU time from the start of a process to the first decision, W1, in nanoseconds: the least of some starts, and the middle one. */
export type ColdStart = { readonly ns: number; readonly median: number } | { readonly failed: string };

interface Start {
  readonly name: string;
  readonly label: string;
  /** The entry, and what it is given. */
  readonly run: readonly [entry: string, ...given: string[]];
}

/** What starts are compared. */
function startsIn(folder: string): readonly Start[] {
  const [artifact, request, policy] = ["artifact.json", "request.json", "policy.mcpolicy"].map((file) =>
    join(folder, file),
  ) as [string, string, string];
  const own: readonly Start[] = [
    { name: "mcpolicy", label: "mcpolicy, artifact, closures", run: ["artifact", artifact, request] },
    { name: "mcpolicy-generated", label: "mcpolicy, artifact, generated code", run: ["generated", artifact, request] },
    { name: "mcpolicy-text", label: "mcpolicy, text of the policy", run: ["text", policy, request] },
  ];
  const [byHand] = handWritten as [(typeof handWritten)[number]];
  const others = [byHand, ...peers].map(({ name, label }): Start => ({ name, label, run: ["other", name] }));
  return [...others.slice(0, 1), ...own, ...others.slice(1)];
}

/**
 * Starts a process for each engine, several times in turn. All entries are bundled and minified, as a server ships; packages of others
 * are loaded as they are installed.
 */
export async function coldStarts(
  folder: string,
  environment: Readonly<Record<string, string>>,
  rounds: number,
  isWanted: (engine: string) => boolean,
  say: (what: string) => void,
): Promise<ReadonlyMap<string, ColdStart & { readonly label: string }>> {
  const at = join(folder, "cold");
  mkdirSync(at, { recursive: true });
  const rules = w1(1);
  const texts = toPolicy(rules);
  for (const [file, text] of Object.entries(texts)) writeFileSync(join(at, file), text);
  writeFileSync(join(at, "artifact.json"), await artifactOf(rules.name, () => texts));
  const [first] = rules.requests as [(typeof rules.requests)[number]];
  writeFileSync(join(at, "request.json"), JSON.stringify({ request: requestOf(first), right: rules.byHand(first) }));
  await bundle(
    ["artifact", "generated", "text", "other"].map((name) => `cold/${name}.ts`),
    folder,
  );

  const starts = startsIn(at).filter(({ name }) => isWanted(name));
  const results = new Map<string, (Outcome | { readonly failed: string })[]>(starts.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, run } of round % 2 === 0 ? starts : starts.toReversed()) {
      say(`cold start, round ${round + 1} of ${rounds}, ${name}`);
      const [entry, ...given] = run;
      results.get(name)?.push(lastLine([join(at, `${entry}.js`), ...given], environment, (failed) => ({ failed })));
    }
  }
  return new Map(starts.map(({ name, label }) => [name, { label, ...merged(results.get(name) ?? []) }]));
}

interface Outcome {
  readonly ns: number;
  readonly ok: boolean;
}

function merged(outcomes: readonly (Outcome | { readonly failed: string })[]): ColdStart {
  const times: number[] = [];
  for (const outcome of outcomes) {
    if ("failed" in outcome) return outcome;
    if (!outcome.ok) return { failed: "the first decision is wrong" };
    times.push(outcome.ns);
  }
  times.sort((a, b) => a - b);
  return { ns: times[0] as number, median: times[times.length >> 1] as number };
}
