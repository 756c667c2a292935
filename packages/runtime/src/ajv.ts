import { canonicalJson, type JsonObject, type ServerIr, type ToolIr, type Value, type Violation } from "@mcpolicy/core";
import { Ajv, type AnySchema, type AnySchemaObject, type Options, type ValidateFunction } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { formats } from "./formats.ts";
import { pathKeyword } from "./path-keyword.ts";
import { regExpEngine } from "./schema-regexp.ts";
import { toViolations } from "./violations.ts";

type AjvInstance = Ajv | Ajv2019 | Ajv2020;

interface Dialect {
  readonly names: RegExp;
  readonly make: (options: Options) => AjvInstance;
}

/** The dialects of JSON Schema, by what `$schema` names; without one a schema is 2020-12 (MCP 2025-11-25, "JSON Schema usage"). */
// biome-ignore format: table
const dialects: readonly Dialect[] = [
  { names: /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/, make: (options) => new Ajv2020(options) },
  { names: /^https?:\/\/json-schema\.org\/draft\/2019-09\/schema#?$/, make: (options) => new Ajv2019(options) },
  { names: /^https?:\/\/json-schema\.org\/draft-0[67]\/schema#?$/,    make: (options) => new Ajv(options) },
  { names: /^$/,                                                      make: (options) => new Ajv2020(options) },
];

/** How arguments break a tool's schema; empty where they do not. Throws where the schema cannot be compiled. */
export type Reasons = (tool: string, schema: ToolIr["schema"], args: JsonObject) => readonly Violation[];

/**
 * ajv's word on the arguments of one server's tools. It is the reference of our own checks, and says why where it can: it generates code, which some
 * places forbid. Each schema is compiled on first use and kept. Arguments are never changed: no defaults, no coercion, no removal. Own properties
 * only. A reference to another document is an error, unless it is given along, by its URI.
 */
export function ajvReasons(
  server: Pick<ServerIr, "root">,
  documents: Readonly<Record<string, JsonObject | boolean>> = {},
): Reasons {
  const compiled = new Map<string, ValidateFunction>();
  return (tool, schema, args) => {
    const check = compiled.get(tool) ?? compile(tool, schema);
    compiled.set(tool, check);
    return check(args) ? [] : toViolations(check.errors ?? []);
  };

  function compile(tool: string, schema: ToolIr["schema"]): ValidateFunction {
    const { $schema = "", ...rest } = schema;
    const dialect = dialects.find((each) => typeof $schema === "string" && each.names.test($schema));
    if (dialect === undefined)
      throw new Error(`the schema of ${tool} is of an unknown dialect: ${JSON.stringify($schema)}`);
    demandValid(tool, rest, dialect);
    // One for each tool, so that what one schema declares by `$id` or `$anchor` is nothing to another.
    const ajv = makeAjv(dialect.make, server.root);
    for (const [uri, document] of Object.entries(documents)) ajv.addSchema(document as AnySchema, uri);
    return ajv.compile(rest as AnySchemaObject);
  }
}

/** One per dialect and process: they know the dialects' own schemas, which take long to compile. */
const judges = new Map<Dialect, AjvInstance>();

/** The dialects' own schemas, by their URIs: a tool may take a schema as an argument. */
export function dialectDocuments(): Readonly<Record<string, JsonObject>> {
  const documents = dialects.flatMap((dialect) =>
    Object.entries(judgeOf(dialect).schemas).flatMap(([uri, known]) =>
      known === undefined ? [] : [[uri, known.schema as JsonObject] as const],
    ),
  );
  return Object.fromEntries(documents);
}

function judgeOf(dialect: Dialect): AjvInstance {
  const judge = judges.get(dialect) ?? dialect.make({ strict: false, logger: false });
  judges.set(dialect, judge);
  return judge;
}

function demandValid(tool: string, schema: ToolIr["schema"], dialect: Dialect): void {
  const judge = judgeOf(dialect);
  if (judge.validateSchema(schema as AnySchemaObject) !== true) {
    throw new Error(`the schema of ${tool} is not valid: ${judge.errorsText(judge.errors, { dataVar: "schema" })}`);
  }
}

function makeAjv(make: (options: Options) => AjvInstance, root: string | undefined): AjvInstance {
  const ajv = make({
    strict: false,
    ownProperties: true,
    allErrors: true,
    // `demandValid` has done it.
    validateSchema: false,
    logger: false,
    code: { regExp: regExpEngine },
  });
  addFormats.default(ajv as Ajv);
  ajv.addFormat("url", formats.get("url")?.validate as (text: string) => boolean);
  ajv.addKeyword(pathKeyword(root));
  // ajv compares all pairs; texts of the canonical form tell the same in linear time.
  ajv.removeKeyword("uniqueItems");
  ajv.addKeyword({
    keyword: "uniqueItems",
    type: "array",
    schemaType: "boolean",
    validate: (isUnique: boolean, items: readonly Value[]) =>
      !isUnique || new Set(items.map((item) => canonicalJson(item))).size === items.length,
  });
  return ajv;
}
