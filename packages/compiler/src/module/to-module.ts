import { encode } from "@jridgewell/sourcemap-codec";
import { type Artifact, type Code, identifier, joinCode, js, type Place, type PolicyIr } from "@mcpolicy/core";
import { schemasOf } from "./checked-tools.ts";
import { declarationsOf } from "./declarations.ts";
import { type Kernel, Linker, rowName, type Use } from "./kernel.ts";
import { mappingsOf, oneAfterTheOther, placedLines } from "./lines.ts";
import { demandCheckable } from "./module-error.ts";
import { isNamed, partsCode } from "./parts-code.ts";
import { canAllow, subjectsOf } from "./subjects.ts";
import { substitutesFor } from "./substitutes.ts";
import { usedBy } from "./used.ts";

/** A policy as files for those who run JavaScript: `NAME.mjs`, `NAME.mjs.map`, `NAME.d.mts`. */
export interface PolicyModule {
  readonly code: string;
  /** A source map (ECMA-426) as JSON, from the code of a rule to where it stands in the policy. */
  readonly map: string;
  readonly declarations: string;
}

/** A file of a policy as a source map names it: its address as seen from the map, and its text. */
export interface MappedSource {
  readonly url: string;
  readonly text: string;
}

/**
 * An ES module that decides as a policy does: what the kernel has of readers, operators, checks and the decision, as far as this policy uses them, and
 * code made of its rules. It imports nothing, takes nothing from its surroundings, and makes no code. `name` is what its file is called, without
 * an ending; `sources`, by their names in the policy, what the source map says of its files. Throws a `ModuleError` where a schema is none that a module can check.
 */
export function toModule(
  artifact: Artifact,
  kernel: Kernel,
  name: string,
  sources: ReadonlyMap<string, MappedSource> = new Map(),
): PolicyModule {
  const { policy, digest } = artifact;
  const policies = withNarrowed(policy);
  for (const ir of policies) demandCheckable(ir);
  const used = usedBy(
    policies.flatMap((ir) => [ir.principal, ...subjectsOf(ir).map(({ rules }) => rules.map(withoutDetectors))]),
    policies.flatMap((ir) => schemasOf(ir).map(({ schema }) => schema)),
  );
  const linker = new Linker(kernel, substitutesFor(used, kernel));
  const { use } = linker;
  const parts = policies.map((ir, at) => js`const ${partsName(at)} = ${partsCode(ir, use)};`);
  const ends = [
    js`export const { decide, permits, bind, list, validate } = ${policyCode(policy, { at: 0 }, use)};`,
    js`export const digest = ${digest};`,
    js`export const pins = ${{ json: pinsOf(policy) }};`,
  ];
  const all = joinCode([...parts, ...ends], js`\n`);
  const operators = operatorsIn(all).map((id) => js`${id}: ${use(rowName("operator", id))}`);
  const called = kitNames.filter((each) => isNamed(each, all));
  const starts = [
    js`const operators = { ${operators} };`,
    ...called.map((each) => js`const ${identifier(each)} = ${use(each)};`),
  ];

  const text = oneAfterTheOther([
    // What the kernel has is as short as it gets.
    {
      lines: [
        "// Made by `policy build` of mcpolicy, Apache-2.0; formats of ajv-formats, MIT.",
        ...linker.text.split("\n"),
      ],
      places: new Map(),
    },
    unplaced(starts),
    ...parts.map((code, at) => placedLines(code.text, placesIn(policies[at] as PolicyIr))),
    unplaced(ends),
  ]);
  const files = [...new Set([...text.places.values()].map(({ file }) => file))];
  const map = {
    version: 3,
    file: `${name}.mjs`,
    sources: files.map((file) => sources.get(file)?.url ?? file),
    sourcesContent: files.map((file) => sources.get(file)?.text ?? null),
    names: [],
    mappings: encode(mappingsOf(text, files)),
  };
  return {
    code: `${text.lines.join("\n")}\n//# sourceMappingURL=${encodeURIComponent(name)}.mjs.map\n`,
    map: JSON.stringify(map),
    declarations: declarationsOf(artifact),
  };
}

function unplaced(code: readonly Code[]): ReturnType<typeof placedLines> {
  return placedLines(joinCode(code, js`\n`).text, () => undefined);
}

/** From a mark to where the rule stands. */
function placesIn(ir: PolicyIr): (sort: string, id: string) => Place | undefined {
  const places = new Map<string, Place>(
    subjectsOf(ir).flatMap(({ rules }) => rules.map(({ sort, rule }) => [`${sort} ${rule.id}`, rule.place] as const)),
  );
  return (sort, id) => places.get(`${sort} ${id}`);
}

/** The ids of the operators that code calls, some in the place of others. In a text of a policy the quotes would stand escaped. */
function operatorsIn({ text }: Code): readonly string[] {
  return [...new Set([...text.matchAll(/\boperators\["([^"\\]+)"\]/g)].map(([, id]) => id as string))].sort();
}

/** Names of the kit (`kit.ts`) that the code of rules calls. */
// biome-ignore format: table
const kitNames = [
  "read", "readOr", "step", "has", "every", "hole", "join", "matchesName", "matchesResource", "toolFacts", "asPath",
  "hasRole", "hasAnyRole", "callerKeyOf", "emptyState", "carriesTest", "happenedTest", "tallyTest", "momentWithIts",
];

/** A policy and those that it narrows, in the order in which `policyCode` numbers them. */
function withNarrowed(ir: PolicyIr): readonly PolicyIr[] {
  return [ir, ...(ir.narrows ?? []).flatMap(withNarrowed)];
}

function partsName(at: number): Code {
  return identifier(`p${at}`);
}

function policyCode({ narrows = [] }: PolicyIr, count: { at: number }, use: Use): Code {
  const own = js`${use("embeddedPolicy")}(${partsName(count.at++)}())`;
  const wider = narrows.map((each) => policyCode(each, count, use));
  return wider.length === 0 ? own : js`${use("narrowed")}(${own}, [${wider}])`;
}

/** What masks a result looks for is the host's to ask. */
function withoutDetectors(speaking: { readonly rule: object }): object {
  const { detectors: _, branches: __, ...rule } = speaking.rule as Readonly<Record<string, unknown>>;
  return { ...speaking, rule };
}

/** The digests of the definitions of tools that some rule can allow. */
function pinsOf(ir: PolicyIr): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const pinned = subjectsOf(ir).flatMap(({ subject: { kind, name = "", server }, rules }) => {
    const tool = kind === "tool" && Object.hasOwn(server.tools, name) ? server.tools[name] : undefined;
    return tool !== undefined && canAllow(rules) ? [{ server: server.name, name, digest: tool.digest }] : [];
  });
  const byServer = Map.groupBy(pinned, ({ server }) => server);
  return Object.fromEntries(
    [...byServer].map(([server, tools]) => [
      server,
      Object.fromEntries(tools.map(({ name, digest }) => [name, digest])),
    ]),
  );
}
