import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Kernel } from "@mcpolicy/compiler";
import type { JsonObject, PinnedTool, Type, Value } from "@mcpolicy/core";
import { isRecord, messageOf } from "@mcpolicy/core";
import { makeKernel } from "@mcpolicy/kernel";
import { typeOfSchema } from "@mcpolicy/language";
import { ajvReasons, ownChecker } from "@mcpolicy/runtime";
import { builtModule } from "../agreement/built-module.ts";
import { callOf, loadOver } from "../one-server.ts";
import { readData } from "../shared.ts";
import type { Soak, SoakResult } from "../soak.ts";

interface FileReport {
  readonly file: string;
  readonly tools: number;
  readonly arguments: number;
  /** How many arguments have a type of each kind. */
  readonly types: Readonly<Record<string, number>>;
  /** Schema features that our types cannot say, by keyword: what became `any`, and what keeps a wider type. */
  readonly asAny: Readonly<Record<string, number>>;
  readonly asWider: Readonly<Record<string, number>>;
  /** Tools whose example arguments validate, and whose broken ones do not. */
  readonly allowed: number;
  readonly refused: number;
  /** Arguments, fit or not, of which our own checks, ajv and a built module say the same, in the same words. */
  readonly agreed: number;
  readonly milliseconds: number;
  readonly problems: readonly string[];
}

/** Every published tool definition as a server: a policy that names each tool and each argument is checked, compiled, decided. */
export const tools: Soak = {
  name: "tools",
  summary: "each file of real tool definitions as a server (--quick: every sixth)",
  needsShared: true,
  async run({ shared, quick }): Promise<SoakResult> {
    const kernel = await makeKernel();
    const folder = join(shared!, "data/mcp-tools");
    const published = readdirSync(folder).filter((name) => name.endsWith(".json") && name !== "index.json");
    const names = quick ? published.filter((_, index) => index % 6 === 0) : published;
    const reports = names.map((name) => reportOn(name, readFileSync(join(folder, name), "utf8"), kernel));
    const github = readData<readonly PinnedTool[]>(shared!, "mcp-tool-schemas", "github-mcp-server.json");
    const schemas = reportOn("mcp-tool-schemas/github-mcp-server.json", JSON.stringify({ tools: github }), kernel);
    const all = [...reports, schemas];
    const sum = (of: (report: FileReport) => number, from: readonly FileReport[] = reports): number =>
      from.reduce((total, each) => total + of(each), 0);
    const totals = {
      files: reports.length,
      tools: sum((each) => each.tools),
      arguments: sum((each) => each.arguments),
      allowed: sum((each) => each.allowed),
      refused: sum((each) => each.refused),
      agreed: sum((each) => each.agreed),
      types: merged(reports.map((each) => each.types)),
      asAny: merged(reports.map((each) => each.asAny)),
      asWider: merged(reports.map((each) => each.asWider)),
    };
    const problems = all.flatMap((each) => each.problems);
    if (published.length !== 41) problems.push(`${published.length} files instead of 41`);
    if (!quick && totals.tools !== 762) problems.push(`${totals.tools} tools instead of 762`);
    const lines = [
      ...all.map(lineOf),
      `${totals.files} files, ${totals.tools} tools, ${totals.arguments} arguments; ${totals.allowed} calls allowed with example arguments, ${totals.refused} refused with broken ones; ajv and built modules agree about ${totals.agreed} arguments`,
      `types: ${counts(totals.types)}`,
      `schema features that became \`any\`, by keyword: ${counts(totals.asAny)}; that keep a wider type: ${counts(totals.asWider)}`,
      ...problems.map((problem) => `PROBLEM ${problem}`),
    ];
    return { ok: problems.length === 0, lines, data: { totals, files: all, problems } };
  },
};

function reportOn(file: string, text: string, kernel: Kernel): FileReport {
  const began = performance.now();
  const listing = JSON.parse(text) as { readonly tools: readonly PinnedTool[] };
  const problems: string[] = [];
  const types: Record<string, number> = {};
  const asAny: Record<string, number> = {};
  const asWider: Record<string, number> = {};
  let [args, allowed, refused, agreed] = [0, 0, 0, 0];
  try {
    const { checked, policy, warnings: said } = loadOver(policyOver(listing.tools), text);
    const built = builtModule({ mcpolicyArtifact: 1, digest: policy.digest, policy: policy.ir }, kernel);
    for (const tool of listing.tools) {
      for (const { feature, becameAny } of typeOfSchema(tool.inputSchema).warnings) {
        const into = becameAny ? asAny : asWider;
        into[feature] = (into[feature] ?? 0) + 1;
      }
    }
    const lost = Object.values(asAny).reduce((sum, count) => sum + count, 0);
    if (lost > 0 && !said.some((warning) => warning.startsWith("P0504")))
      problems.push(`${file}: no warning names what became \`any\``);
    for (const tool of checked.servers[0]!.tools) {
      for (const field of fieldsOf(tool.arguments)) {
        args += 1;
        types[field.kind] = (types[field.kind] ?? 0) + 1;
      }
    }
    if (checked.servers[0]!.tools.length !== listing.tools.length) problems.push(`${file}: tools are missing`);
    for (const tool of listing.tools) {
      const examples = [0, 1].map((choice) => exampleOf(tool.inputSchema, tool.inputSchema, choice, 0));
      const example = examples.find((each) => policy.validate("s", tool.name, each).length === 0) ?? examples[0]!;
      const fine = policy.decide(callOf("s", tool.name, isRecord(example) ? example : {}));
      if (fine.effect === "allow") allowed += 1;
      else if (fine.reason === "fault") problems.push(`${file}: ${tool.name}: ${fine.kept.fault}`);
      else
        problems.push(
          `${file}: ${tool.name} with example arguments: ${fine.effect} ${fine.reason} ${JSON.stringify(fine.told)} ${JSON.stringify(example)}`,
        );
      const schema = policy.schemaOf("s", tool.name) ?? {};
      const [ours, theirs] = [ownChecker(tool.name, schema, {}), ajvReasons({})];
      for (const each of [example, ...variantsOf(example, schema)]) {
        const [our, their] = [ours.violations(each), theirs(tool.name, schema, each as JsonObject)];
        // These ask about bounds too.
        const [loaded, inModule] = [policy, built].map(({ validate }) => validate("s", tool.name, each));
        const [one, two, three, four] = [our, their, loaded, inModule].map((found) => JSON.stringify(found));
        if (one === two && three === four) agreed += 1;
        else
          problems.push(
            `${file}: ${tool.name}: ${JSON.stringify(each)}: ${one}, ajv ${two}; the policy ${three}, its module ${four}`,
          );
      }
      const broken = policy.decide(callOf("s", tool.name, { "no such argument": { deep: 1 } }));
      if (broken.effect === "invalid") refused += 1;
      else if (!isOpen(tool.inputSchema))
        problems.push(`${file}: ${tool.name} takes an argument that it does not have: ${broken.effect}`);
    }
  } catch (error) {
    problems.push(`${file}: ${messageOf(error)}`);
  }
  return {
    file,
    tools: listing.tools.length,
    arguments: args,
    types,
    asAny,
    asWider,
    allowed,
    refused,
    agreed,
    milliseconds: performance.now() - began,
    problems,
  };
}

/** An allow for each tool, and a shadow deny that reads each of its arguments. */
export function policyOver(listed: readonly PinnedTool[]): string {
  const statements = listed.map((tool, index) => {
    const name = `s.${JSON.stringify(tool.name)}`;
    const properties = isRecord(tool.inputSchema["properties"]) ? Object.keys(tool.inputSchema["properties"]) : [];
    const reads = properties.map((property) => `has args.${JSON.stringify(property)}`);
    const shadow = reads.length === 0 ? "" : `\nshadow deny "reads ${index}" ${name} when ${reads.join(" and ")}`;
    return `allow "tool ${index}" anyone to ${name}${shadow}`;
  });
  return `mcpolicy 1\nserver s from "server.json"\n${statements.join("\n")}\n`;
}

function fieldsOf(type: Type): readonly Type[] {
  return type.kind === "record" ? Object.values(type.fields).map((field) => field.type) : [];
}

/** Whether the schema itself says that other arguments are welcome, or says nothing of its arguments. */
function isOpen(schema: JsonObject): boolean {
  const properties = schema["properties"];
  const free = schema["additionalProperties"];
  const combined = ["allOf", "anyOf", "oneOf", "$ref", "not", "if"].some((keyword) => Object.hasOwn(schema, keyword));
  return (
    combined ||
    !isRecord(properties) ||
    (free !== undefined && free !== false) ||
    (Object.keys(properties).length === 0 && free !== false)
  );
}

/** The same arguments with one of what the schema declares left out, put in, or of another sort. */
function variantsOf(example: Value, schema: JsonObject): readonly Value[] {
  if (!isRecord(example)) return [];
  const declared = isRecord(schema["properties"]) ? Object.keys(schema["properties"]) : [];
  const others: readonly Value[] = [null, true, -1, 1.5, "", "x", [], ["x", "x"], {}, { x: 1 }];
  return declared.flatMap((name) => {
    const { [name]: _, ...rest } = example;
    return [rest, ...others.map((value): JsonObject => ({ ...example, [name]: value }))];
  });
}

/** Arguments that a schema takes: only what it requires, as small as it lets; of alternatives the one with this number. */
function exampleOf(schema: Value | undefined, root: JsonObject, choice: number, depth: number): Value {
  if (!isRecord(schema) || depth > 8) return "x";
  if (Object.hasOwn(schema, "const")) return schema["const"] as Value;
  if (Array.isArray(schema["enum"])) return schema["enum"][0] as Value;
  if (typeof schema["$ref"] === "string") return exampleOf(followed(schema["$ref"], root), root, choice, depth + 1);
  for (const keyword of ["anyOf", "oneOf", "allOf"] as const) {
    const members = schema[keyword];
    if (!Array.isArray(members) || isRecord(schema["properties"])) continue;
    return exampleOf(
      keyword === "allOf" ? Object.assign({}, ...members) : (members[Math.min(choice, members.length - 1)] as Value),
      root,
      choice,
      depth + 1,
    );
  }
  const type = Array.isArray(schema["type"]) ? schema["type"][0] : schema["type"];
  const least = (keyword: string): number => (typeof schema[keyword] === "number" ? (schema[keyword] as number) : 0);
  switch (type ?? (isRecord(schema["properties"]) ? "object" : "string")) {
    case "object": {
      const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
      const required = Array.isArray(schema["required"]) ? (schema["required"] as readonly string[]) : [];
      return Object.fromEntries(
        required.map((name) => [name, exampleOf(properties[name] as Value, root, choice, depth + 1)]),
      );
    }
    case "array": {
      const items = Array.isArray(schema["items"])
        ? schema["items"]
        : Array.isArray(schema["prefixItems"])
          ? schema["prefixItems"]
          : undefined;
      if (items !== undefined) return items.map((item: Value) => exampleOf(item, root, choice, depth + 1));
      return Array.from({ length: least("minItems") }, () =>
        exampleOf(schema["items"] as Value, root, choice, depth + 1),
      );
    }
    case "integer":
    case "number": {
      const low = Math.max(
        least("minimum"),
        typeof schema["exclusiveMinimum"] === "number" ? schema["exclusiveMinimum"] + 1 : 0,
      );
      const high = typeof schema["maximum"] === "number" ? schema["maximum"] : Number.POSITIVE_INFINITY;
      return Math.min(Math.max(low, 0), high);
    }
    case "boolean":
      return false;
    case "null":
      return null;
    default:
      return textFor(schema, least("minLength"));
  }
}

const byFormat: Readonly<Record<string, string>> = {
  uri: "https://example.org/",
  url: "https://example.org/",
  "date-time": "2026-01-01T00:00:00Z",
  date: "2026-01-01",
  time: "00:00:00Z",
  email: "a@example.com",
  uuid: "123e4567-e89b-42d3-a456-426614174000",
  ipv4: "10.0.0.1",
};

/** Texts that meet the patterns which occur in the published schemas; the first that fits is taken. */
const texts = [
  "x",
  "2026-01-01",
  "2026-01-01T00:00:00Z",
  "123e4567-e89b-42d3-a456-426614174000",
  "a@example.com",
  "https://example.org/",
  "a1",
  "A1B2C3",
  "#aabbcc",
  "10.0.0.1",
  "12",
  "/x",
  "abcdef0123456789abcdef0123456789",
  "0123456789abcdef01234567",
  "00:00",
  "en-US",
  "US",
  "pro_x",
  "price_x",
  "PT1H",
];

function textFor(schema: JsonObject, length: number): string {
  const format = typeof schema["format"] === "string" ? byFormat[schema["format"]] : undefined;
  if (format !== undefined) return format;
  const { pattern } = schema;
  const fitting = typeof pattern === "string" ? texts.find((each) => new RegExp(pattern, "u").test(each)) : undefined;
  return (fitting ?? "x").padEnd(length, "x");
}

function followed(pointer: string, root: JsonObject): Value | undefined {
  if (pointer === "#") return root;
  return pointer
    .slice(2)
    .split("/")
    .map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<Value | undefined>(
      (at, key) =>
        at !== undefined && at !== null && typeof at === "object" ? ((at as JsonObject)[key] as Value) : undefined,
      root,
    );
}

function merged(records: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const sum: Record<string, number> = {};
  for (const record of records) for (const [key, count] of Object.entries(record)) sum[key] = (sum[key] ?? 0) + count;
  return sum;
}

function counts(record: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(record).toSorted(([, a], [, b]) => b - a);
  return sorted.map(([key, count]) => `${key} ${count}`).join(", ") || "none";
}

function lineOf({ file, tools: count, arguments: args, types, asAny, asWider, milliseconds }: FileReport): string {
  return `${file}: ${count} tools, ${args} arguments (${counts(types)}); any: ${counts(asAny)}; wider: ${counts(asWider)}; ${Math.round(milliseconds)} ms`;
}
