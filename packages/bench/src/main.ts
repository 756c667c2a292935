import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, tmpdir, totalmem, type } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { messageOf } from "@mcpolicy/core";
import { aimedAt } from "./aimed-at.ts";
import { bundle } from "./bundle.ts";
import { coldStarts } from "./cold-start.ts";
import { installSizes } from "./install-size.ts";
import { type Contestant, type Effort, type Measured, measure, roundsOf } from "./measure.ts";
import { outsideData, repository } from "./outside-data.ts";
import { installPeers, peersFolder } from "./peers.ts";
import { jsonOf } from "./report/json.ts";
import { markdown } from "./report/markdown.ts";
import type { Run } from "./report/run.ts";
import { summary } from "./report/summary.ts";
import type { Workload } from "./workload.ts";
import { workloads as allWorkloads } from "./workloads/index.ts";

const usage = `pnpm bench [--quick | --targets] [--json] [--only NAME,NAME] [--list]

  --quick   what fits into a minute: fewer workloads and rounds, no slow engines; says what it left out, writes nothing
  --targets the workloads and engines that targets are about, without slow engines of others; writes the page, which says so
  --json    prints workload, engine, { ns, ratio, checked }
  --only    some workloads and engines, by their names; the base of a workload always runs; writes nothing
  --list    prints the names

Without flags everything is measured and docs/benchmarks.md is written.`;

/** Milliseconds after which `--quick` begins nothing more. */
const QUICK = 42_000;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  let flags: ReturnType<typeof read>;
  try {
    flags = read(argv);
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${usage}`);
    return 4;
  }
  const chosen = chosenOf(flags);
  if (flags.help || typeof chosen === "string") {
    console[flags.help ? "log" : "error"](typeof chosen === "string" ? `${chosen}\n\n${usage}` : usage);
    return flags.help ? 0 : 4;
  }
  if (flags.list) {
    for (const { workload, engines } of chosen)
      console.log(`${workload.name}: ${engines.map((each) => each.name).join(", ")}`);
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), "mcpolicy-bench-"));
  try {
    const run = await everything(chosen, flags, folder);
    if (flags.json) console.log(JSON.stringify(jsonOf(run), undefined, 2));
    else console.log(summary(run));
    for (const line of run.missing) console.error(`LEFT OUT: ${line}`);
    if (!flags.quick && flags.only === undefined) {
      writeFileSync(join(repository, "docs/benchmarks.md"), markdown(run));
    }
    return [...run.results.values()].some((engines) => [...engines.values()].some((of) => "failed" in of)) ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function read(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    options: {
      quick: { type: "boolean", default: false },
      targets: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      only: { type: "string" },
      list: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  }).values;
}

type Flags = ReturnType<typeof read>;

/** A workload, and those of its engines that are to run. */
interface Chosen {
  readonly workload: Workload<unknown>;
  readonly engines: readonly Contestant[];
}

/** What is to be run; or why that cannot be told. */
function chosenOf({ quick, targets, only }: Flags): readonly Chosen[] | string {
  const names = only?.split(",").map((name) => name.trim());
  const known = new Set(allWorkloads.flatMap(({ name, engines }) => [name, ...engines.map((each) => each.name)]));
  for (const more of ["cold-start", "install-size"]) known.add(more);
  const unknown = names?.filter((name) => !known.has(name)) ?? [];
  if (unknown.length > 0) return `there is no workload and no engine called ${unknown.join(" or ")}`;
  const named = (of: readonly string[]): readonly string[] | undefined => {
    const found = names?.filter((name) => of.includes(name)) ?? [];
    return found.length === 0 ? undefined : found;
  };
  const ofWorkloads = named([...allWorkloads.map(({ name }) => name), "cold-start", "install-size"]);
  const ofEngines = named(allWorkloads.flatMap(({ engines }) => engines.map(({ name }) => name)));
  return allWorkloads
    .filter(({ name, isQuick }) =>
      ofWorkloads === undefined ? !quick || isQuick === true : ofWorkloads.includes(name),
    )
    .map((workload) => {
      const bases = [workload.base ?? workload.engines[0]?.name];
      const aimed = aimedAt(workload, allWorkloads);
      const engines = (targets ? aimed : workload.engines)
        .filter(({ name, isSlow }) =>
          ofEngines === undefined ? !(quick && isSlow) : ofEngines.includes(name) || bases.includes(name),
        )
        .map((engine): Contestant => ({ name: engine.name, isAimedAt: aimed.includes(engine) }));
      return { workload, engines };
    })
    .filter(({ engines }) => engines.length > 0);
}

/** What `--quick` has not got, in a line. */
function leftOutOf(chosen: readonly Chosen[]): string {
  const names = new Set(chosen.map(({ workload }) => workload.name));
  const workloads = allWorkloads.filter(({ name }) => !names.has(name)).map(({ name }) => name);
  return `slow engines, cold-start, install-size, and what takes longer than its share of a minute: ${workloads.join(", ")}`;
}

async function everything(chosen: readonly Chosen[], flags: Flags, folder: string): Promise<Run> {
  const began = performance.now();
  const before = loadavg()[0] as number;
  const say = (what: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what}`);
  };
  // Bundles lie elsewhere, so they are told where things are.
  const environment = {
    MCPOLICY_BENCH_RUN: folder,
    MCPOLICY_BENCH_PEERS: peersFolder,
    MCPOLICY_BENCH_REPOSITORY: repository,
    MCPOLICY_SHARED: resolve(outsideData() ?? ".", ".."),
  };
  await bundle(["worker.ts", "between/pass-through.ts", "between/proxy.ts"], folder);
  const effort: Effort = flags.quick
    ? { ofRounds: 1 / 2, checking: 60, timing: 200 }
    : { ofRounds: 1, checking: 500, timing: 300 };
  const missing: string[] = [];
  if (flags.quick && flags.only === undefined) missing.push(leftOutOf(chosen));
  if (flags.targets)
    missing.push("what no target is about, and slow engines of others: `pnpm bench` measures all of it");
  const isWhole = !flags.quick && !flags.targets && flags.only === undefined;
  const isAsked = (name: string): boolean => isWhole || flags.only?.split(",").includes(name) === true;
  const needsPeers =
    isAsked("cold-start") ||
    isAsked("install-size") ||
    chosen.some(({ workload, engines }) =>
      workload.engines.some(({ name, peers }) => peers !== undefined && engines.some((each) => each.name === name)),
    );
  const withoutPeers = needsPeers ? installPeers((line) => console.error(line)) : undefined;
  if (withoutPeers !== undefined) missing.push(withoutPeers);

  const processes = chosen.flatMap(({ workload, engines }) =>
    engines.map((each) => roundsOf(workload, each, effort.ofRounds)),
  );
  console.error(`${processes.reduce((sum, each) => sum + each, 0)} processes, one after the other`);

  const results = new Map<string, ReadonlyMap<string, Measured>>();
  const started = performance.now();
  for (const { workload, engines } of chosen) {
    if (workload.needs !== undefined && outsideData() === undefined) {
      missing.push(`\`${workload.name}\` needs outside data (${workload.needs}), which is not at MCPOLICY_SHARED`);
      continue;
    }
    const able = engines.filter(
      (engine) =>
        withoutPeers === undefined || workload.engines.find(({ name }) => name === engine.name)?.peers === undefined,
    );
    const since = performance.now();
    if (flags.quick && since - started > QUICK) {
      missing.push(`\`${workload.name}\`: the minute is nearly over, on a machine that has other things to do`);
      continue;
    }
    results.set(workload.name, measure(workload, able, effort, join(folder, "worker.js"), environment, say));
    say("");
    console.error(`${workload.name}: ${((performance.now() - since) / 1000).toFixed(0)} s`);
  }

  const canStart = (engine: string): boolean => withoutPeers === undefined || /^(mcpolicy|by-hand)/.test(engine);
  const cold = isAsked("cold-start") ? await coldStarts(folder, environment, 3, canStart, say) : new Map();
  const sizes = isAsked("install-size") ? installSizes(canStart) : new Map();
  say("");
  return {
    workloads: chosen.map(({ workload }) => workload),
    results,
    cold,
    sizes,
    missing,
    machine: {
      node: process.version,
      v8: process.versions.v8,
      cpu: cpus()[0]?.model ?? "unknown",
      cores: cpus().length,
      memory: totalmem(),
      system: `${type()} ${release()}`,
      load: [before, loadavg()[0] as number],
      date: new Date().toISOString().slice(0, 10),
      minutes: Math.ceil((performance.now() - began) / 60_000),
    },
  };
}
