import { canonicalJson, type JsonObject, type ServerIr, type ToolIr, type Value, type Violation } from "@mcpolicy/core";
import { Ajv, type AnySchema, type AnySchemaObject, type Options, type ValidateFunction } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
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

/** Checks the arguments of one server's tools against their schemas. */
export interface Validator {
  /** How arguments break a tool's schema; empty where they do not. Throws where the schema cannot be compiled. */
  readonly violations: (tool: string, schema: ToolIr["schema"], args: JsonObject) => readonly Violation[];
  /** A function that says whether there are none, without saying which. Throws as `violations` does. */
  readonly check: (tool: string, schema: ToolIr["schema"]) => (args: JsonObject) => boolean;
}

/**
 * A validator of one server's tools. Each schema is compiled on first use and kept. Arguments are never changed: no defaults, no
 * coercion, no removal. Own properties only. A reference to another document is an error, unless it is given along, by its URI.
 */
export function validatorOf(
  server: Pick<ServerIr, "root">,
  documents: Readonly<Record<string, JsonObject | boolean>> = {},
): Validator {
  // To say yes or no ends at the first error; to say why takes all of them, and is asked for seldom.
  const [yesOrNo, withReasons] = [false, true].map((allErrors) => {
    const compiled = new Map<string, ValidateFunction>();
    return (tool: string, schema: ToolIr["schema"]): ValidateFunction => {
      const known = compiled.get(tool);
      if (known !== undefined) return known;
      const made = compile(tool, schema, allErrors);
      compiled.set(tool, made);
      return made;
    };
  }) as [Compile, Compile];

  function compile(tool: string, schema: ToolIr["schema"], allErrors: boolean): ValidateFunction {
    const { $schema = "", ...rest } = schema;
    const dialect = dialects.find((each) => typeof $schema === "string" && each.names.test($schema));
    if (dialect === undefined)
      throw new Error(`the schema of ${tool} is of an unknown dialect: ${JSON.stringify($schema)}`);
    demandValid(tool, rest, dialect);
    // One for each tool, so that what one schema declares by `$id` or `$anchor` is nothing to another.
    const ajv = makeAjv(dialect.make, server.root, allErrors);
    for (const [uri, document] of Object.entries(documents)) ajv.addSchema(document as AnySchema, uri);
    return ajv.compile(rest as AnySchemaObject);
  }

  return {
    check: (tool, schema) => yesOrNo(tool, schema) as (args: JsonObject) => boolean,
    violations(tool, schema, args) {
      const check = withReasons(tool, schema);
      return check(args) ? [] : toViolations(check.errors ?? []);
    },
  };
}

type Compile = (tool: string, schema: ToolIr["schema"]) => ValidateFunction;

/** One per dialect and process: they know the dialects' own schemas, which take long to compile. */
const judges = new Map<Dialect, AjvInstance>();

function demandValid(tool: string, schema: ToolIr["schema"], dialect: Dialect): void {
  const judge = judges.get(dialect) ?? dialect.make({ strict: false, logger: false });
  judges.set(dialect, judge);
  if (judge.validateSchema(schema as AnySchemaObject) !== true) {
    throw new Error(`the schema of ${tool} is not valid: ${judge.errorsText(judge.errors, { dataVar: "schema" })}`);
  }
}

function makeAjv(make: (options: Options) => AjvInstance, root: string | undefined, allErrors: boolean): AjvInstance {
  const ajv = make({
    strict: false,
    ownProperties: true,
    allErrors,
    // `demandValid` has done it.
    validateSchema: false,
    logger: false,
    code: { regExp: regExpEngine },
  });
  addFormats.default(ajv as Ajv);
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
