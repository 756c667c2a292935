import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Artifact, EngineFactory, Engine as EngineOfRules, PinnedTool, PolicyIr, Request } from "@mcpolicy/core";
import type { CheckedPolicy } from "@mcpolicy/language";
import { artifactOf, type Texts } from "../artifacts.ts";
import type { Engine } from "../engine.ts";
import { outsideData } from "../outside-data.ts";
import type { Target, Workload } from "../workload.ts";

/** 2026-01-01. */
const time = 1_767_225_600_000;

/** A policy to be built: its texts, and a call that it allows. */
interface Source {
  readonly texts: Texts;
  readonly request: Request;
}

/** One tool of the outside data: its server's name, and what the server says of it. */
interface ServerFile {
  readonly server: string;
  readonly text: string;
  readonly tools: readonly PinnedTool[];
}

/** Real tool definitions of published servers: 762 tools of 41 servers. */
function servers(folder: string): readonly ServerFile[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json") && file !== "index.json")
    .sort()
    .map((file, index) => {
      const text = readFileSync(join(folder, file), "utf8");
      return {
        server: `s${index}`,
        text,
        tools: (JSON.parse(text) as { readonly tools: readonly PinnedTool[] }).tools,
      };
    });
}

/** N rules over all of these tools, which each have about as many. */
function sourceOf(count: number): Source {
  const files = servers(join(outsideData() as string, "mcp-tools"));
  const all = files.flatMap(({ server, tools }) => tools.map((tool) => ({ server, tool })));
  const rules = Array.from({ length: count }, (_, index) => {
    const { server, tool } = all[index % all.length] as (typeof all)[number];
    return `allow "rule ${index}" role_${index % 20} to ${server}.${JSON.stringify(tool.name)}${conditionOf(tool, index)}`;
  });
  const policy = [
    "mcpolicy 1",
    ...files.map(({ server }) => `server ${server} from "${server}.json"`),
    ...Array.from({ length: 20 }, (_, index) => `role role_${index} { }`),
    ...rules,
    "",
  ].join("\n");
  const { server, tool } = all.find(({ tool: each }) => conditionOf(each, 0) === "") as (typeof all)[number];
  const index = all.findIndex((each) => each.tool === tool && each.server === server);
  return {
    texts: {
      "policy.mcpolicy": policy,
      ...Object.fromEntries(files.map((file) => [`${file.server}.json`, file.text])),
    },
    request: {
      principal: { id: "somebody", roles: [`role_${index % 20}`] },
      operation: { kind: "tool", server, name: tool.name },
      arguments: {},
      context: { time },
    },
  };
}

/** A condition about the first argument that a tool requires and that is a text or a number; none where there is no such. */
function conditionOf({ inputSchema }: PinnedTool, index: number): string {
  interface Property {
    readonly type?: unknown;
    readonly format?: unknown;
    readonly enum?: unknown;
  }
  const { properties = {}, required = [] } = inputSchema as {
    readonly properties?: Readonly<Record<string, Property>>;
    readonly required?: readonly string[];
  };
  for (const name of required) {
    const { type, format, enum: values } = properties[name] ?? {};
    const field = `args.${JSON.stringify(name)}`;
    if (type === "string" && format === undefined && values === undefined) {
      return ` when text(${field}) starts with "v${index}"`;
    }
    if (type === "integer" || type === "number") return ` when ${field} < ${1000 + index}`;
  }
  return "";
}

/** What a policy is built with. Imported when it is needed, so that the processes of other workloads need not. */
async function parts() {
  const [
    { checkPolicy },
    { compile, generatedEngine },
    { closureEngine, everyAbility, formats, loadPolicy, ownChecker },
  ] = await Promise.all([import("@mcpolicy/language"), import("@mcpolicy/compiler"), import("@mcpolicy/runtime")]);
  return {
    compile,
    engines: { generated: generatedEngine, closures: closureEngine },
    load: (artifact: Artifact | string, engine?: EngineFactory) =>
      loadPolicy(artifact, { ...(engine === undefined ? {} : { engine }), abilities: everyAbility }),
    check({ texts }: Source): CheckedPolicy {
      const files = { read: (path: string) => texts[path], join: (_: string, path: string) => path };
      const { policy, diagnostics } = checkPolicy(["policy.mcpolicy"], files);
      if (policy === undefined) throw new Error(JSON.stringify(diagnostics.slice(0, 3)));
      return policy;
    },
    /** By backend, what makes the validators of all tools of a policy, of which none is there before. */
    validators: {
      generated(policy: PolicyIr): void {
        const { fits } = generatedEngine(policy, formats);
        for (const { name, tools } of policy.servers) for (const tool of Object.keys(tools)) fits?.(name, tool);
      },
      closures(policy: PolicyIr): void {
        for (const server of policy.servers) {
          for (const [tool, { schema }] of Object.entries(server.tools)) ownChecker(tool, schema, server);
        }
      },
    },
  };
}

/** What engines make of rules they make when they are first asked about a server or a tool. */
function askedAll({ permits }: EngineOfRules, { servers }: PolicyIr): number {
  const [principal, context] = [{ id: "somebody", roles: ["role_0"] }, { time }];
  let allowed = 0;
  for (const { name: server, tools } of servers) {
    for (const name of Object.keys(tools)) {
      const request: Request = { principal, operation: { kind: "tool", server, name }, arguments: {}, context };
      if (permits(request, principal)) allowed += 1;
    }
  }
  return allowed;
}

/** The artifact of a source, compiled once in a run, as a file holds it. */
function artifactOver(count: number): Promise<string> {
  return artifactOf(`762-tools-${count}`, () => sourceOf(count).texts);
}

const backends = ["generated", "closures"] as const;

/** Building, as a whole and in its parts: from text to the artifact, then to an engine. */
function building(count: number, target: number): Workload<Source> {
  const part = (name: string, label: string, load: Engine<Source>["load"]): Engine<Source> => {
    return { name, label, isYardstick: true, load };
  };
  const engines: readonly Engine<Source>[] = [
    {
      name: "build",
      label: "text to engine, as a whole, and one decision; no validators",
      load: async () => {
        const { check, compile, engines: of, load } = await parts();
        return { answer: (source) => load(compile(check(source)), of.generated).authorizes(source.request) };
      },
    },
    part("check", "text to checked policy", async () => ({ answer: (await parts()).check })),
    part("artifact", "checked policy to artifact", async () => {
      const { check, compile } = await parts();
      const policy = check(sourceOf(count));
      return { answer: () => compile(policy) };
    }),
    ...backends.map((backend) =>
      part(backend, `the artifact's policy to an engine that was asked about each tool, ${backend}`, async () => {
        const { engines: of } = await parts();
        const { policy } = JSON.parse(await artifactOver(count)) as Artifact;
        return { answer: () => askedAll(of[backend](policy), policy) };
      }),
    ),
    // They are made tool by tool, when each is first called.
    ...backends.map((backend): Engine<Source> => {
      const label = `apart: the validators of all 762 tools, ${backend}`;
      const made = part(`validators-${backend}`, label, async () => {
        const { validators } = await parts();
        const { policy } = JSON.parse(await artifactOver(count)) as Artifact;
        return { answer: () => validators[backend](policy) };
      });
      return { ...made, isBesideTargets: true };
    }),
  ];
  return {
    name: `build-${count}`,
    title: `To build a policy: ${count.toLocaleString("en")} rules over 762 tools of 41 published servers`,
    needs: "mcp-tools",
    inputs: () => [sourceOf(count)],
    expected: () => true,
    engines,
    rounds: 2,
    targets: [{ engine: "build", limit: { nanoseconds: target } }],
  };
}

/** Loading an artifact, from its JSON text to the first decision. */
function loading(count: number, targets: readonly Target[]): Workload<Source> {
  const engines = backends.map((backend): Engine<Source> => {
    return {
      name: backend,
      label: `mcpolicy, ${backend}`,
      load: async () => {
        const { engines: of, load } = await parts();
        const text = await artifactOver(count);
        return { answer: ({ request }) => load(text, of[backend]).authorizes(request) };
      },
    };
  });
  const yardstick: Engine<Source> = {
    name: "json-parse",
    label: "`JSON.parse` of the artifact alone",
    isYardstick: true,
    load: async () => {
      const text = await artifactOver(count);
      return { answer: () => JSON.parse(text) };
    },
  };
  return {
    name: `load-${count}`,
    title: `To load an artifact of ${count.toLocaleString("en")} rules over 762 tools: JSON text to first decision, in a process that loads it again and again`,
    needs: "mcp-tools",
    inputs: () => [sourceOf(count)],
    expected: () => true,
    engines: [...engines, yardstick],
    base: "json-parse",
    timing: 1_500,
    targets,
  };
}

const fast: readonly Target[] = backends.map((engine) => ({ engine, limit: { nanoseconds: 20e6 } }));

export const buildWorkloads: readonly Workload<Source>[] = [
  building(1000, 1e9),
  building(10_000, 5e9),
  loading(1000, fast),
  loading(10_000, []),
];
