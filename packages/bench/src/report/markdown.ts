import { peers } from "../engines/others.ts";
import { versionOf } from "../peers.ts";
import type { Workload } from "../workload.ts";
import type { Run } from "./run.ts";
import { cellsOf, labelOf, targetTable } from "./summary.ts";
import { table } from "./table.ts";
import { bytes, time } from "./units.ts";

/** The page `docs/benchmarks.md`. */
export function markdown(run: Run): string {
  const { machine, workloads, missing } = run;
  const parts = [
    "# Benchmarks",
    `Written by \`pnpm bench\` on ${machine.date} in ${machine.minutes} minutes; do not edit it by hand. How to add a row stands in
[packages/bench](../packages/bench/README.md).`,
    `Node ${machine.node} (V8 ${machine.v8}) on ${machine.cores} cores of ${machine.cpu}, ${bytes(machine.memory)}, ${machine.system}; the load of the
machine was ${machine.load[0].toFixed(1)} before and ${machine.load[1].toFixed(1)} after. Peers: ${versions()}.`,
    ...(missing.length === 0 ? [] : [missing.map((line) => `> **Left out:** ${line}`).join("\n")]),
    method,
    "## Targets",
    targetTable(run),
    ...workloads.map((workload) => section(workload, run)),
    memory(run),
    ...(run.cold.size === 0 ? [] : [coldSection(run)]),
    ...(run.sizes.size === 0 ? [] : [sizeSection(run)]),
    fairness,
  ];
  return `${parts.join("\n\n")}\n`;
}

function section(workload: Workload<unknown>, { results }: Run): string {
  const rows = [...(results.get(workload.name) ?? [])]
    .toSorted(([, a], [, b]) => ("ns" in a ? a.ns : Infinity) - ("ns" in b ? b.ns : Infinity))
    .map(([engine, of]) => [labelOf(workload, engine), engine, ...cellsOf(of)]);
  const head = ["engine", "name", "best:", "median:", "ratio:", "answers checked:"];
  return `## ${workload.title}\n\n\`${workload.name}\`\n\n${table(head, rows)}`;
}

/** What stays on the heap once rules are loaded, by their number. */
function memory({ workloads, results }: Run): string {
  const shown = workloads.filter(({ showsMemory }) => showsMemory);
  const engines = [...new Set(shown.flatMap(({ name }) => [...(results.get(name)?.keys() ?? [])]))];
  const rows = engines.map((engine) => [
    engine,
    ...shown.map(({ name }) => {
      const of = results.get(name)?.get(engine);
      return of !== undefined && "ns" in of ? bytes(Math.max(0, of.heap)) : "–";
    }),
  ]);
  const head = ["engine", ...shown.map(({ name }) => `${name}:`)];
  return `## Memory\n\nWhat the heap and its buffers hold more once the rules are loaded; of WebAssembly the whole of its memory. Of a server
in another process nothing is seen.\n\n${table(head, rows)}`;
}

function coldSection({ cold }: Run): string {
  const rows = [...cold]
    .toSorted(([, a], [, b]) => ("ns" in a ? a.ns : Infinity) - ("ns" in b ? b.ns : Infinity))
    .map(([engine, of]) =>
      "ns" in of ? [of.label, engine, time(of.ns), time(of.median)] : [of.label, engine, `failed: ${of.failed}`, ""],
    );
  const text = `CPU time from the start of a process to the first decision of W1, the start of Node included. Ours and the adapters are bundled
and minified, the packages of others as they are installed.`;
  return `## Cold start\n\n${text}\n\n${table(["engine", "name", "best:", "median:"], rows)}`;
}

function sizeSection({ sizes }: Run): string {
  const rows = [...sizes]
    .toSorted(([, a], [, b]) => a.bytes - b.bytes)
    .map(([engine, { label, bytes: count, packages }]) => [label, engine, bytes(count), String(packages)]);
  const text =
    "What is on the disk of the packages and all that they depend on. Ours are counted as the workspace has them.";
  return `## Install size\n\n${text}\n\n${table(["engine", "name", "size:", "packages:"], rows)}`;
}

function versions(): string {
  const names = [...new Set([...peers.flatMap((each) => each.peers ?? []), "ajv", "zod"])].sort();
  return names.map((name) => `${name} ${versionOf(name) ?? "(not installed)"}`).join(", ");
}

const method = `## How it is measured

Each engine runs at each workload in processes of its own, in turn with the others, forwards and backwards, so that a change of the
machine's mood meets all alike: three times where a target is about it (more often at W1, \`w2-10000\` and \`intake\`), twice or once where none is. **best** is the CPU time of an answer (all threads of the process; of a server its process, too) in the best
batch of all rounds, **median** that of the middle batch; of \`proxy\` they are the least and the middle time from a question to its answer. A batch is the whole stream of requests, or as many as fit into a quarter of the time.
To make an engine's own form of a request is part of its time. Before it is timed, an engine's answers are compared with the right ones
(**answers checked**); the first wrong one is shown in the place of a time. **ratio** is to the reference, which a person wrote for these very
rules, reading paths as mcpolicy does: canonically, and what could mean another place is denied. The engines of others, and the row
\`by-hand-raw\`, take a path as a text and look for \`..\` in it.

\`mcpolicy\` is \`policy.authorizes(request)\`, which a host calls whose arguments were validated, as others validate nothing;
\`mcpolicy-bound\` is the same after \`policy.bind(principal)\`, once a session. \`permits\` validates, too; \`decide\` gives the decision with
the rules that made it; \`step\`, which the proxy calls, also gives the event to commit.`;

const fairness = `## Where others are faster, or do more

- To **start** or to **take a changed rule**, engines that interpret their rules are faster: JsonLogic, CASL, casbin and json-rules-engine take a rule
  at run time; a policy of ours is checked and compiled, and an artifact is verified before it decides.
- **CASL** turns its conditions into database queries and runs in user interfaces; its abilities are plain objects. **JsonLogic** rules are
  JSON that many languages evaluate. **json-rules-engine** fetches facts while it decides.
- **Cedar** is measured as WebAssembly, whose border costs most of its time: inside of a Rust program it is many times as fast. It has entity
  hierarchies, templates and a symbolic compiler that proves properties of policies.
- **Cerbos** is a server that many applications share, with policies that are rolled out centrally; what is measured is mostly the way there
  and back. **casbin** keeps its rules in many databases and has role managers. **oso** and **Biscuit** have logic languages with recursion, Biscuit
  tokens that their holder can narrow.
- **CEL** has an ecosystem of implementations, with types from protocol buffers.
- None of them was tuned here by its authors. An adapter that makes one faster is welcome.`;
