import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { compile, generatedEngine } from "@mcpolicy/compiler";
import { checkPolicy, type Files } from "@mcpolicy/language";
import { everyAbility, loadPolicy } from "@mcpolicy/runtime";
import { runFixture } from "@mcpolicy/testing";
import { type Ported, replay } from "../porting/replay.ts";
import { type Rule, type RuleSet, wanted } from "../porting/rules.ts";
import { readNote, type Score, scoreOf } from "../porting/score.ts";
import type { Mapping } from "../porting/to-request.ts";
import { readData, repository } from "../shared.ts";
import type { Soak, SoakResult } from "../soak.ts";

/** What the sum has to reach, of two points a rule. */
const aim = 110;

interface RuleReport {
  readonly id: string;
  readonly notation: string;
  readonly needs: readonly string[];
  readonly score: Score;
  /** Why it is short of full marks. */
  readonly reason: string | undefined;
  /** Examples of the set, and requests of our own. */
  readonly examples: number;
  readonly own: number;
}

/** Each rule of the set as a policy of ours, asked what the set asks. */
export const porting: Soak = {
  name: "porting",
  summary: "rules of other notations, said in ours, against the requests that come with them",
  needsShared: true,
  run({ shared }): SoakResult {
    const { rules } = readData<RuleSet>(shared!, "porting", "rules.json");
    const reports = rules.map(reportOn);
    const sum = total(reports);
    const most = 2 * rules.length;
    const tags = byTag(reports);
    const wrong = reports.filter(({ score }) => score === -1);
    const ok = wrong.length === 0 && sum >= aim;
    const lines = [
      ...reports
        .filter(({ score }) => score < 2)
        .map(({ id, score, reason }) => `${String(score).padStart(2)}  ${id}: ${reason}`),
      ...tags.map(({ tag, sum: points, most: all }) => `${tag.padEnd(24)} ${points} of ${all}`),
      `${sum} of ${most} (aim ${aim}); ${counted(reports)}`,
      ...wrong.map(({ id, reason }) => `PROBLEM ${id}: ${reason}`),
      ...(sum < aim ? [`PROBLEM ${sum} points, and the aim is ${aim}`] : []),
    ];
    return { ok, lines, data: { sum, most, aim, tags, rules: reports } };
  },
};

function reportOn(rule: Rule): RuleReport {
  const { id, notation, needs } = rule;
  const examples = wanted(rule);
  const folder = join(repository, "test-fixtures/porting", id);
  const fixture = join(folder, "policy.test.yaml");
  const about = { id, notation, needs, examples: examples.length };
  const { ported, errors } = load(folder);
  if (ported === undefined) return { ...about, own: 0, score: 0, reason: errors.join("; ") };
  const own = existsSync(fixture) ? runOwn(fixture) : { cases: 0, wrong: [] };
  const wrong = [...examples.flatMap(({ example, want }) => replay(example, want, ported)), ...own.wrong];
  if (examples.length === 0 && own.cases < 2) wrong.push("it has no examples, and not two requests of our own");
  const notes = read(join(folder, "notes.md"));
  return {
    ...about,
    own: own.cases,
    ...scoreOf(ported.checked, wrong, notes === undefined ? undefined : readNote(notes)),
  };
}

function load(folder: string): { readonly ported: Ported | undefined; readonly errors: readonly string[] } {
  const { policy: checked, diagnostics } = checkPolicy([join(folder, "policy.mcpolicy")], files);
  const errors = diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ code, message }) => `${code} ${message}`);
  if (checked === undefined) return { ported: undefined, errors: [...new Set(errors)] };
  const mapping = JSON.parse(read(join(folder, "mapping.json")) ?? "{}") as Mapping;
  return {
    ported: {
      checked,
      policy: loadPolicy(compile(checked), { engine: generatedEngine, abilities: everyAbility }),
      mapping,
    },
    errors,
  };
}

function runOwn(fixture: string): { readonly cases: number; readonly wrong: readonly string[] } {
  const { diagnostics, cases } = runFixture(fixture, files);
  const errors = diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ code, message }) => `${code} ${message}`);
  const failed = cases.flatMap(({ name, status, failures }) =>
    status === "passed"
      ? []
      : [
          `our own "${name}": ${status} ${failures.map(({ expected, got }) => `expected ${expected}, got ${got}`).join(", ")}`,
        ],
  );
  return { cases: cases.length, wrong: [...errors, ...failed] };
}

const files: Files = { read, join: (from, path) => join(dirname(from), path) };

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function total(reports: readonly RuleReport[]): number {
  return reports.reduce((sum, { score }) => sum + score, 0);
}

function byTag(reports: readonly RuleReport[]) {
  const tags = [...new Set(reports.flatMap(({ needs }) => needs))].sort();
  return tags.map((tag) => {
    const tagged = reports.filter(({ needs }) => needs.includes(tag));
    return { tag, sum: total(tagged), most: 2 * tagged.length };
  });
}

function counted(reports: readonly RuleReport[]): string {
  const at = (score: Score): number => reports.filter((each) => each.score === score).length;
  const examples = reports.reduce((sum, each) => sum + each.examples, 0);
  const own = reports.reduce((sum, each) => sum + each.own, 0);
  return `${at(2)} rules at 2, ${at(1)} at 1, ${at(0)} at 0, ${at(-1)} at -1; ${examples} examples of the set, ${own} of our own`;
}
