import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { messageOf } from "@mcpolicy/core";
import { type Backend, backends, usualBackends } from "./agreement/evaluators.ts";
import { isSharedRequired, sharedFolder } from "./shared.ts";
import type { Soak, SoakOptions } from "./soak.ts";
import { agentdojo } from "./soaks/agentdojo.ts";
import { agreement } from "./soaks/agreement.ts";
import { attacks } from "./soaks/attacks.ts";
import { audit } from "./soaks/audit.ts";
import { faults } from "./soaks/faults.ts";
import { linear } from "./soaks/linear.ts";
import { network } from "./soaks/network.ts";
import { oracles } from "./soaks/oracles.ts";
import { porting } from "./soaks/porting.ts";
import { proxy } from "./soaks/proxy.ts";
import { state } from "./soaks/state.ts";
import { tokens } from "./soaks/tokens.ts";
import { tools } from "./soaks/tools.ts";
import { traceFaults } from "./soaks/trace-faults.ts";
import { tracesSoak } from "./soaks/traces.ts";

/** Every soak, by the name that the command line gives it. */
const soaks: readonly Soak[] = [
  agreement,
  faults,
  tools,
  attacks,
  audit,
  tokens,
  oracles,
  linear,
  porting,
  network,
  state,
  proxy,
  agentdojo,
  tracesSoak,
  traceFaults,
];

const usage = `pnpm soak NAME… [--cases N] [--policies N] [--seconds N] [--seed N] [--jobs N] [--backend NAME[,NAME]|all] [--quick] [--format text|json]

${soaks.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join("\n")}

--backend chooses what the agreement compares with the reference: ${backends.join(", ")}, or all of them.
Outside data is taken from MCPOLICY_SHARED, or ../shared beside the repository.`;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  let parsed: ReturnType<typeof read>;
  try {
    parsed = read(argv);
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${usage}`);
    return 4;
  }
  const { values, positionals } = parsed;
  const chosen = positionals.map((name) => soaks.find((soak) => soak.name === name));
  const [cases, policies, seconds, seed] = [values.cases, values.policies, values.seconds, values.seed].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const jobs = values.jobs === undefined ? availableParallelism() : Number(values.jobs);
  const chosenBackends = backendsOf(values.backend);
  const isWrong =
    chosenBackends === undefined ||
    chosen.length === 0 ||
    chosen.includes(undefined) ||
    !Number.isSafeInteger(cases) ||
    cases < 1 ||
    !Number.isSafeInteger(policies) ||
    policies < 1 ||
    !Number.isSafeInteger(seconds) ||
    seconds < 1 ||
    !Number.isSafeInteger(jobs) ||
    jobs < 1 ||
    !Number.isSafeInteger(seed);
  if (values.help || isWrong || !["text", "json"].includes(values.format)) {
    console[values.help ? "log" : "error"](usage);
    return values.help ? 0 : 4;
  }
  const results: Outcome[] = [];
  for (const soak of chosen as readonly Soak[]) {
    results.push(
      await runOne(
        soak,
        { cases, policies, seconds, seed, jobs, quick: values.quick, backends: chosenBackends },
        values.format,
      ),
    );
  }
  if (values.format === "json") console.log(JSON.stringify(results.length === 1 ? results[0] : results, undefined, 2));
  return results.every(({ ok }) => ok) ? 0 : 1;
}

function read(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      cases: { type: "string", default: "20000" },
      policies: { type: "string", default: "2000" },
      seconds: { type: "string", default: "60" },
      seed: { type: "string", default: "1" },
      jobs: { type: "string" },
      backend: { type: "string" },
      format: { type: "string", default: "text" },
      quick: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
}

/** The backends that a flag names; undefined where there is one that it does not. */
function backendsOf(flag: string | undefined): readonly Backend[] | undefined {
  if (flag === undefined) return usualBackends;
  if (flag === "all") return backends;
  const names = flag.split(",");
  const named = backends.filter((name) => names.includes(name));
  return named.length === new Set(names).size ? named : undefined;
}

interface Outcome {
  readonly soak: string;
  readonly ok: boolean;
  readonly skipped: boolean;
  readonly seconds: number;
  readonly data: unknown;
}

async function runOne(soak: Soak, chosen: Omit<SoakOptions, "shared">, format: string): Promise<Outcome> {
  const say = format === "json" ? console.error : console.log;
  const shared = sharedFolder();
  if (soak.needsShared && shared === undefined) {
    const required = isSharedRequired();
    say(
      `soak ${soak.name}: ${required ? "FAILED" : "SKIPPED, nothing was tested"}: there is no outside data at MCPOLICY_SHARED (${process.env["MCPOLICY_SHARED"] ?? "../shared"})`,
    );
    return { soak: soak.name, ok: !required, skipped: true, seconds: 0, data: null };
  }
  const began = performance.now();
  const { ok, lines, data } = await soak.run({ shared, ...chosen });
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  for (const line of lines) say(line);
  say(`soak ${soak.name}: ${ok ? "ok" : "FAILED"} after ${seconds} s on Node ${process.version}`);
  return { soak: soak.name, ok, skipped: false, seconds, data };
}
