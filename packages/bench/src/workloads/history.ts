import type { HeldLabel, PastCall, Request, State } from "@mcpolicy/core";
import { artifactOf, type Texts } from "../artifacts.ts";
import type { Engine } from "../engine.ts";
import { type Backend, policyOf } from "../engines/mcpolicy.ts";
import { randomOf } from "../random.ts";
import { readPath } from "../rule-sets/path-by-hand.ts";
import type { Workload } from "../workload.ts";

/** How many calls are remembered. */
const PAST = 200;
const MINUTE = 60_000;
const caller = JSON.stringify([null, "agent-1", null]);
const principal = { id: "agent-1", roles: ["agent"] };
const now = 1_767_225_600_000;

const property = { type: "string", maxLength: 4096 };
const tools = { read: ["path"], write: ["path", "text"], fetch: ["url"], send: ["to", "text"], list: ["path"] };

const texts = (): Texts => ({
  "policy.mcpolicy": `mcpolicy 1
server tools from "tools.json"
role agent { }
label untrusted on tools.fetch for 2h
label secret on tools.read when args.path under "/secrets" for 1d
allow "read" agent to tools.read
allow "fetch" agent to tools.fetch when count of attempted tools.fetch in last 10m < 14
allow "write" agent to tools.write when called tools.read with (its.args.path == args.path) in last 1h
allow "send" agent to tools.send
allow "list" agent to tools.list
deny "no exfiltration" tools.send when carries untrusted and carries secret
deny "no scanning" tools.list when count of distinct its.args.path over tools.list in last 1h >= 36
`,
  "tools.json": JSON.stringify({
    tools: Object.entries(tools).map(([name, fields]) => {
      const properties = Object.fromEntries(fields.map((field) => [field, property]));
      return { name, inputSchema: { type: "object", properties, required: fields } };
    }),
  }),
});

type Tool = keyof typeof tools;

/** Requests to some of the tools, each with one of 64 states of 200 calls within the last hour. */
function requests(asked: readonly Tool[]): readonly Request[] {
  const random = randomOf(17);
  const pathOf = (): string => `/workspace/src/part${random.int(0, 40)}/file.ts`;
  const argumentsOf = (tool: Tool): Request["arguments"] =>
    Object.fromEntries(tools[tool].map((field) => [field, field === "path" ? pathOf() : `${random.word()} text`]));
  const states = Array.from({ length: 64 }, (): State => {
    const times = Array.from({ length: PAST }, () => now - random.int(1, 60 * MINUTE)).sort((a, b) => a - b);
    const calls = times.map((attempted, index): PastCall => {
      const tool = random.pick(Object.keys(tools)) as Tool;
      const call = { id: `c${index}`, caller, operation: { kind: "tool", server: "tools", name: tool } } as const;
      const ended = attempted + 50;
      const past = { ...call, arguments: argumentsOf(tool), attempted };
      return random.chance(0.1) ? past : { ...past, called: attempted, completed: ended, ended };
    });
    const labels = calls.flatMap(({ id, operation, attempted, called }): readonly HeldLabel[] => {
      const label = "name" in operation && operation.name === "fetch" ? "untrusted" : "secret";
      const until = attempted + random.int(1, 90) * MINUTE;
      if (called === undefined || random.chance(0.9)) return [];
      return [{ caller, label, since: attempted, until, call: id, duration: 120 * MINUTE }];
    });
    return { calls, labels, takes: [], spent: [], forgottenBefore: Number.NEGATIVE_INFINITY };
  });
  return Array.from({ length: 1024 }, (_, index): Request => {
    const name = random.pick(asked);
    const state = states[index % states.length] as State;
    const operation = { kind: "tool", server: "tools", name } as const;
    return { principal, operation, arguments: argumentsOf(name), context: { time: now }, state };
  });
}

/** What a person writes who remembers calls and labels as plain lists. */
const byHand: Engine<Request> = {
  name: "by-hand",
  label: "written by hand (the reference)",
  load: () => ({ answer: decideByHand }),
};

function decideByHand({ operation, arguments: args, context: { time }, state }: Request): boolean {
  if (operation.kind !== "tool" || state === undefined) return false;
  const { calls, labels } = state;
  const carries = (name: string): boolean => {
    for (const { label, caller: of, until } of labels) {
      if (label === name && of === caller && (until === undefined || time < until)) return true;
    }
    return false;
  };
  const isTo = (call: PastCall, tool: Tool): boolean =>
    call.caller === caller && call.operation.kind === "tool" && call.operation.name === tool;
  switch (operation.name) {
    case "read":
      return true;
    case "fetch": {
      let count = 0;
      for (const call of calls) {
        if (isTo(call, "fetch") && call.attempted > time - 10 * MINUTE && call.attempted <= time) count++;
      }
      return count < 14;
    }
    case "write": {
      const path = readPath(args["path"] as string);
      if (path === undefined) return false;
      for (const call of calls) {
        const { called } = call;
        if (called === undefined || called <= time - 60 * MINUTE || called > time || !isTo(call, "read")) continue;
        if (readPath(call.arguments["path"] as string) === path) return true;
      }
      return false;
    }
    case "send":
      return !(carries("untrusted") && carries("secret"));
    case "list": {
      const seen = new Set<string>();
      for (const call of calls) {
        const { called } = call;
        if (called === undefined || called <= time - 60 * MINUTE || called > time || !isTo(call, "list")) continue;
        const path = readPath(call.arguments["path"] as string);
        if (path !== undefined) seen.add(path);
      }
      return seen.size < 36;
    }
    default:
      return false;
  }
}

function mcpolicy(name: string, label: string, backend: Backend): Engine<Request> {
  return {
    name,
    label,
    load: async () => {
      const policy = await policyOf(await artifactOf("history", texts), backend);
      return { answer: (request) => policy.authorizes(request) };
    },
  };
}

const step: Engine<Request> = {
  name: "mcpolicy-step",
  isSlow: true,
  label: "mcpolicy, `step`: validation, decision, event to commit",
  load: async () => {
    const policy = await policyOf(await artifactOf("history", texts), "generated");
    return { answer: (request) => policy.step(request, "now").decision.effect === "allow" };
  },
};

const engines: readonly Engine<Request>[] = [
  byHand,
  mcpolicy("mcpolicy", "mcpolicy, `authorizes`", "generated"),
  mcpolicy("mcpolicy-closures", "mcpolicy, closures, `authorizes`", "closures"),
  step,
];

/** Labels, a look for one earlier call, a count. */
export const history: Workload<Request> = {
  name: "history",
  title: `Labels, an earlier call with the same path, a count: over ${PAST} past calls`,
  isQuick: true,
  inputs: () => requests(["send", "write", "fetch"]),
  engines,
  targets: [{ engine: "mcpolicy", limit: { nanoseconds: 3000 } }],
};

/** Each path that was listed is read and told apart. */
export const distinct: Workload<Request> = {
  name: "history-distinct",
  title: `How many different paths were listed: over ${PAST} past calls`,
  inputs: () => requests(["list"]),
  engines,
};
