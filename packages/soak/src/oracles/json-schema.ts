import { generatedEngine } from "@mcpolicy/compiler";
import { IR_VERSION, type JsonObject, messageOf, type PolicyIr, type Value, type Violation } from "@mcpolicy/core";
import { ajvReasons, formats, ownChecker, validatorOf } from "@mcpolicy/runtime";
import { readData } from "../shared.ts";
import { type SchemaDifference, schemaDifferences } from "./json-schema-differences.ts";
import { type Documented, type Oracle, tallyOf } from "./oracle.ts";

interface Group {
  readonly description: string;
  readonly schema: JsonObject | boolean;
  readonly tests: readonly Test[];
}

interface Test {
  readonly description: string;
  readonly data: Value;
  readonly valid: boolean;
}

type Draft = SchemaDifference["draft"];

const dialects: Readonly<Record<Draft, string>> = {
  draft7: "http://json-schema.org/draft-07/schema#",
  "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
};

/** The required tests of the JSON Schema Test Suite, with its remote documents, through the validator that arguments pass. */
export const draft7: Oracle = suite("draft7");
export const draft2020: Oracle = suite("draft2020-12");

/** ajv over the same tests: it answers as our own checks do wherever it is right itself, and where both refuse, it says why in the same words. */
export const ajv7: Oracle = againstAjv("draft7", []);
export const ajv2020: Oracle = againstAjv("draft2020-12", [
  { reason: "dynamicRef.json: ajv 8.20 follows `$dynamicRef` within one document only", count: 9 },
  { reason: "unevaluatedItems.json: ajv 8.20 does not see what `contains` has looked at", count: 2 },
  { reason: "unevaluatedProperties.json: ajv 8.20 does not see what `if` alone has looked at", count: 1 },
]);

function suite(draft: Draft): Oracle {
  const name = `JSON-Schema-Test-Suite ${draft}`;
  const differences = schemaDifferences.filter((each) => each.draft === draft);
  const reasonOf = ({ file, reason }: SchemaDifference): string => `${file}: ${reason}`;
  const run = (shared: string) => {
    const tally = tallyOf(
      name,
      differences.map((each) => ({ reason: reasonOf(each), count: each.count })),
    );
    for (const { file, group, schema, documents } of requiredGroups(shared, draft)) {
      const known = differences.find((each) => each.file === file);
      const validator = validatorOf({}, documents);
      const code = Object.keys(documents).length === 0 ? generatedCheck(schema) : undefined;
      for (const { description, data, valid } of group.tests) {
        const verdict = verdictOf(() => validator.check("tool", schema)(data as JsonObject));
        const byCode = code === undefined ? verdict : verdictOf(() => code(data as JsonObject));
        if (byCode !== verdict)
          tally.undocumented(
            `${file}: ${group.description}: ${description}: ${verdict}, and by generated code ${byCode}`,
          );
        else if (verdict === valid) tally.agrees();
        else if (known !== undefined) tally.differs(reasonOf(known));
        else tally.undocumented(`${file}: ${group.description}: ${description}: ${verdict}, and ${valid} is wanted`);
      }
    }
    return tally.report();
  };
  return { name, run };
}

function againstAjv(draft: Draft, documented: readonly Documented[]): Oracle {
  const name = `our checks and ajv on JSON-Schema-Test-Suite ${draft}`;
  const run = (shared: string) => {
    const tally = tallyOf(name, documented);
    for (const { file, group, schema, documents } of requiredGroups(shared, draft)) {
      const ajv = ajvReasons({}, documents);
      const checker = () => ownChecker("tool", schema, {}, documents);
      for (const { description, data, valid } of group.tests) {
        const theirs = verdictOf(() => ajv("tool", schema, data as JsonObject));
        // Where it gives up, or is wrong, there is nothing to agree with.
        if (typeof theirs === "string" || (theirs.length === 0) !== valid) continue;
        const ours = verdictOf((): readonly Violation[] => checker().violations(data));
        const reason = documented.find((each) => each.reason.startsWith(file))?.reason;
        if (JSON.stringify(ours) === JSON.stringify(theirs)) tally.agrees();
        else if (valid === (ours.length === 0) && reason !== undefined) tally.differs(reason);
        else
          tally.undocumented(`${file}: ${group.description}: ${description}: ${shown(ours)}, and ajv ${shown(theirs)}`);
      }
    }
    return tally.report();
  };
  return { name, run };
}

/** The validator that generated code has; undefined where it leaves the schema to our checks. */
function generatedCheck(schema: JsonObject): ((args: JsonObject) => boolean) | undefined {
  const tool = { digest: "", description: "", annotations: {}, schema };
  const server = { name: "server", untyped: false, trusted: false, tools: { tool }, prompts: [] };
  const ir: PolicyIr = { version: IR_VERSION, servers: [server], roles: {}, principal: {}, context: {}, rules: [] };
  try {
    return generatedEngine(ir, formats).fits?.("server", "tool");
  } catch {
    return undefined;
  }
}

interface Required {
  readonly file: string;
  readonly group: Group;
  readonly schema: JsonObject;
  readonly documents: Readonly<Record<string, JsonObject | boolean>>;
}

function* requiredGroups(shared: string, draft: Draft): Iterable<Required> {
  const { files } = readData<{ readonly files: Readonly<Record<string, readonly Group[]>> }>(
    shared,
    "json-schema",
    `${draft}.json`,
  );
  const remotes = remotesOf(shared, draft);
  for (const [file, groups] of Object.entries(files)) {
    if (file.includes("/")) continue; // optional
    for (const group of groups) {
      const own: JsonObject = typeof group.schema === "boolean" ? { allOf: [group.schema] } : group.schema;
      const documents = JSON.stringify(own).includes("localhost") ? remotes : {};
      yield { file, group, schema: { $schema: dialects[draft], ...own }, documents };
    }
  }
}

/** What is answered, or why nothing is: a call with such a schema is denied. */
function verdictOf<T>(ask: () => T): T | string {
  try {
    return ask();
  } catch (error) {
    return messageOf(error);
  }
}

function shown(verdict: readonly Violation[] | string): string {
  return typeof verdict === "string" ? verdict : JSON.stringify(verdict);
}

/** Documents by their URI, those of the other draft left out. */
function remotesOf(shared: string, draft: Draft): Readonly<Record<string, JsonObject | boolean>> {
  const all = readData<Readonly<Record<string, JsonObject | boolean>>>(shared, "json-schema", "remotes.json");
  const other: Draft = draft === "draft7" ? "draft2020-12" : "draft7";
  return Object.fromEntries(Object.entries(all).filter(([uri]) => !uri.includes(`/${other}/`)));
}
