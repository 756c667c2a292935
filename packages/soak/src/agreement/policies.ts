import type { CheckedPolicy } from "@mcpolicy/language";
import { condition } from "./expressions.ts";
import type { Random } from "./random.ts";
import { type Reference, referencesIn, sharedReferences } from "./references.ts";
import { declarations } from "./servers.ts";

/** A policy as the texts of its statements, so that one can be added, dropped or moved. */
export interface Draft {
  readonly statements: readonly string[];
}

/** The text of a draft: each statement begins a line. */
export function textOf({ statements }: Draft): string {
  return `mcpolicy 1\n\n${statements.join("\n\n")}\n`;
}

/** What conditions can name, by server and tool: taken from the checked declarations, so from the pinned schemas. */
export interface Vocabulary {
  readonly callers: readonly Reference[];
  readonly facts: readonly Reference[];
  readonly tools: ReadonlyMap<string, readonly Reference[]>;
}

/** The vocabulary of the declarations that each draft begins with. */
export function vocabularyOf(checked: CheckedPolicy): Vocabulary {
  const record = (name: string, fields: CheckedPolicy["principal"]): readonly Reference[] =>
    referencesIn(name, { kind: "record", fields, open: false }).filter(({ text }) => text !== name);
  const tools = checked.servers.flatMap((server) =>
    server.tools.map((tool): [string, readonly Reference[]] => [
      `${server.name}.${tool.name}`,
      referencesIn("args", tool.arguments),
    ]),
  );
  return {
    callers: record("principal", checked.principal),
    facts: record("context", checked.context),
    tools: new Map(tools),
  };
}

const roles = ["reader", "writer", "lead"] as const;
const capabilities = ["do:read", "do:write", "do:net", "do:wild"] as const;

/** A random policy over the made-up servers. */
export function draft(random: Random, vocabulary: Vocabulary): Draft {
  const maker = { random, vocabulary };
  const rules = Array.from({ length: random.int(6, 11) }, (_, index) => rule(maker, index));
  return {
    statements: [
      ...declarations,
      ...capabilities.map((name) => capability(maker, name)),
      ...roleStatements(maker),
      ...foundations(maker),
      ...rules,
      ...(random.chance(0.12) ? table(maker) : []),
    ],
  };
}

/** Many rules about one tool that ask one argument for a constant each, as rules are that were made from a list. */
export function table(maker: Maker, [tool, asked]: Table = maker.random.pick(tables)): readonly string[] {
  const { random } = maker;
  const effect = random.chance(0.5) ? "allow" : "deny";
  return Array.from({ length: random.int(16, 24) }, (_, index) => {
    const who = effect === "allow" || random.chance(0.5) ? ` ${whoOf(random)} to` : "";
    const more = random.chance(0.3) ? ` and (${conditionOn(maker, [tool], effect === "deny")})` : "";
    return `${effect} "row ${index}"${who} ${tool} when ${asked(random)}${more}`;
  });
}

const places = ["/srv/data", "/srv/data/a", "/srv/data/public", "/srv", "/etc", "/srv/data/a/b", "/"] as const;

type Table = readonly [tool: string, asked: (random: Random) => string];

/** Rules about places, each a directory and all below it. */
export const placesTable: Table = ["disk.write_file", (random) => `args.path under "${random.pick(places)}"`];

const tables: readonly Table[] = [
  placesTable,
  ["disk.move_file", (random) => `args.source under ["${random.pick(places)}", "${random.pick(places)}"]`],
  ["disk.read_file", (random) => `args.path == "${random.pick(places)}"`],
  ["hub.fetch", (random) => `args.method ${random.pick(['== "GET"', '== "POST"', 'in ["GET", "HEAD"]', '== "HEAD"'])}`],
];

/** One more rule, for the laws about additions. */
export function addition(random: Random, vocabulary: Vocabulary, effect: "allow" | "deny"): string {
  return rule({ random, vocabulary }, 99, effect);
}

/** What statements are made with. */
export interface Maker {
  readonly random: Random;
  readonly vocabulary: Vocabulary;
}

function capability({ random, vocabulary }: Maker, name: string): string {
  const maker = { random, vocabulary };
  const wanted = {
    "do:read": ["disk.read_file", "disk.read_many"],
    "do:write": ["disk.write_file", "disk.edit_files"],
    "do:net": ["hub.fetch", "hub.query"],
  }[name];
  const entries = (wanted ?? ["wild.read_all"]).map((tool) => {
    const operations = wanted === undefined ? random.pick(["wild.read_*", "wild.*", "wild.write_all"]) : tool;
    const when = random.chance(0.5) ? ` when ${conditionOn(maker, [tool], false)}` : "";
    return `  ${operations}${when}`;
  });
  return `capability ${name} {\n${entries.join("\n")}\n}`;
}

function roleStatements({ random }: Maker): readonly string[] {
  return [
    `role reader { ${random.pick(["do:read", "do:read, do:wild", "do:net"])} }`,
    `role writer { reader, ${random.pick(["do:write", "do:wild", "do:write, do:net"])} }`,
    `role lead { writer${random.chance(0.5) ? ", do:net" : ""} }`,
  ];
}

/** Which operations a rule speaks of, and the tools whose arguments its condition can read. */
interface Target {
  readonly operations: string;
  readonly tools: readonly string[];
  readonly kind: "tools" | "wild" | "resource" | "other";
}

function rule(maker: Maker, index: number, wanted?: "allow" | "deny"): string {
  const { random } = maker;
  const effect = wanted ?? (random.chance(0.35) ? "allow" : "deny");
  const target = targetOf(maker, effect);
  const named = random.chance(0.85) ? ` "${random.pick(["r", "R", "é"])}${index}"` : "";
  const who = effect === "allow" || random.chance(0.4) ? ` ${whoOf(random)} to` : "";
  const unconditional = random.chance(effect === "allow" ? 0.3 : 0.04);
  const when = unconditional ? "" : `\n  when ${conditionOf(maker, target, effect === "deny")}`;
  const unless = random.chance(0.15) ? `\n  unless ${conditionOf(maker, target, effect === "deny")}` : "";
  const shadow = random.chance(0.1) ? "shadow " : "";
  return `${shadow}${effect}${named}${who} ${target.operations}${when}${unless}${clauses(random)}`;
}

/** Wide grants, so that denies and validation have something to take away from, and a wide deny that hangs on a fact. */
function foundations({ random, vocabulary }: Maker): readonly string[] {
  const wide = [
    { operations: "disk.*", share: 0.9 },
    { operations: "hub.*", share: 0.9 },
    { operations: "wild.*", share: 0.8 },
    { operations: 'resource disk "file:///**", resource wild "**"', share: 0.4 },
    {
      operations: 'resource disk "file:///**", resource wild "**" except resource wild "file:///srv/**"',
      share: 0.4,
    },
    { operations: "prompt disk.*, completion hub, sampling by disk", share: 0.5 },
  ];
  const allows = wide
    .filter(({ share }) => random.chance(share))
    .map(({ operations }, index) => {
      const when = random.chance(0.75) ? "" : ` when ${conditionOn({ random, vocabulary }, [], false, "other")}`;
      const who = random.pick(["anyone", "anyone", "anyone", "reader", "reader or lead"]);
      return `allow "wide ${index}" ${who} to ${operations}${when}`;
    });
  if (random.chance(0.3)) return allows;
  const operations = random.pick(["*", "everything", "disk.*, hub.*", "disk.*", "hub.*, wild.*"]);
  const fact = random.pick([
    `context.risk >= ${random.pick(["1", "2.5", "5", "9"])}`,
    'has context.region and context.region != "us"',
    'has context.seen and "a" in context.seen',
    "context.time >= 2026-09-01",
  ]);
  return [...allows, `deny "shut" ${operations}\n  when ${fact}`];
}

function clauses(random: Random): string {
  const because = random.chance(0.4)
    ? `\n  because ${JSON.stringify(random.pick(["No.", "Ask a lead.", "Not with these arguments."]))}`
    : "";
  const note = random.chance(0.1) ? '\n  note "seen by operators"' : "";
  const from = random.chance(0.14) ? `\n  from ${random.pick(["2026-01-01", "2026-06-01T12:00Z", "2027-01-01"])}` : "";
  const until = random.chance(0.16) ? `\n  until ${random.pick(["2026-06-01", "2028-01-01"])}` : "";
  return `${because}${note}${from}${until}`;
}

function whoOf(random: Random): string {
  const base = random.pick([
    "anyone",
    "anyone",
    ...roles,
    "reader or lead",
    'id "ann"',
    'role "writer" or id "a"',
    'lead or id "bob"',
  ]);
  return random.chance(0.15) ? `${base} except ${random.pick([...roles, 'id "ann"'])}` : base;
}

function targetOf({ random, vocabulary }: Maker, effect: "allow" | "deny"): Target {
  const all = [...vocabulary.tools.keys()];
  const below = (prefix: string): readonly string[] => all.filter((name) => name.startsWith(prefix));
  const except = random.chance(0.12) ? ` except ${random.pick(all)}` : "";
  const roll = random.next();
  if (roll < 0.4) {
    const tools = random.some(all, random.chance(0.7) ? 1 : 2);
    return { operations: tools.join(", "), tools, kind: "tools" };
  }
  if (roll < 0.5) return { operations: `disk.read_*${except}`, tools: below("disk.read_"), kind: "tools" };
  if (roll < 0.57) return { operations: `disk.*${except}`, tools: below("disk."), kind: "tools" };
  if (roll < 0.63) return { operations: `hub.*${except}`, tools: below("hub."), kind: "tools" };
  if (roll < 0.68) return { operations: `*${except}`, tools: [], kind: "tools" };
  if (roll < 0.74) {
    const name = random.pick(capabilities);
    return { operations: name, tools: [], kind: "other" };
  }
  if (roll < 0.84)
    return {
      operations: random.pick([
        "wild.*",
        "wild.read_*",
        'wild."odd name"',
        "wild.*_all, wild.delete",
        "wild.* except wild.delete",
        "wild.* except wild.read_*",
      ]),
      tools: [],
      kind: "wild",
    };
  if (roll < 0.94) {
    const glob = random.pick(["file:///srv/data/**", "file:///srv/data/*.md", "https://example.org/**", "file:///**"]);
    return {
      operations: `resource ${random.pick(["disk", "wild"])} ${JSON.stringify(glob)}`,
      tools: [],
      kind: "resource",
    };
  }
  const others = [
    "prompt disk.review",
    "prompt disk.*",
    "completion hub",
    "sampling by disk",
    "elicitation by disk",
    "roots for hub",
  ];
  if (effect === "deny") others.push("everything of hub", "everything");
  return { operations: random.pick(others), tools: [], kind: "other" };
}

function conditionOf(maker: Maker, target: Target, narrowing: boolean): string {
  return conditionOn(maker, target.tools, narrowing, target.kind);
}

function conditionOn(
  { random, vocabulary }: Maker,
  tools: readonly string[],
  narrowing: boolean,
  kind: Target["kind"] = tools.length === 0 || tools[0]!.startsWith("wild") ? "wild" : "tools",
): string {
  const known = tools.filter((name) => vocabulary.tools.has(name));
  const args = sharedReferences(known.map((name) => vocabulary.tools.get(name)!));
  const outer = [...random.some(vocabulary.callers, 3), ...random.some(vocabulary.facts, 2)];
  const own = kind === "wild" ? wildArguments : kind === "resource" ? [resource] : args;
  const aboutTools = kind === "tools" || kind === "wild";
  const references = random.chance(0.75) && own.length > 1 ? [...own, ...random.some(outer, 1)] : [...own, ...outer];
  const scope = { random, references, narrowing, aboutTools, quantified: 0 };
  const made = condition(scope, random.pick([0, 0, 1, 1, 2]));
  if (!narrowing) return made;
  // A random atom is seldom true, and one about the caller alone hides the operation: so denies are turned about and tied to facts.
  const turned = random.chance(0.45) ? `not (${made})` : made;
  const fact = random.pick([
    "context.risk >= 1",
    "context.risk < 5",
    "has context.region",
    "context.time >= 2026-03-01",
  ]);
  return random.chance(0.75) ? `(${fact}) ${random.pick(["and", "and", "or"])} (${turned})` : turned;
}

const wildArguments: readonly Reference[] = ["args", "args.path", "args.n", "args.list", "args.deep.x"].map((text) => ({
  text,
  type: { kind: "any" },
  optional: text !== "args",
}));

const resource: Reference = { text: "resource.uri", type: { kind: "url" }, optional: false };
