import type { JsonObject, Value } from "@mcpolicy/core";
import { validatorOf } from "@mcpolicy/runtime";
import { readData } from "../shared.ts";
import { type SchemaDifference, schemaDifferences } from "./json-schema-differences.ts";
import { type Oracle, tallyOf } from "./oracle.ts";

interface Group {
  readonly description: string;
  readonly schema: JsonObject | boolean;
  readonly tests: readonly { readonly description: string; readonly data: Value; readonly valid: boolean }[];
}

type Draft = SchemaDifference["draft"];

const dialects: Readonly<Record<Draft, string>> = {
  draft7: "http://json-schema.org/draft-07/schema#",
  "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
};

/** The required tests of the JSON Schema Test Suite, with its remote documents, through the validator that arguments pass. */
export const draft7: Oracle = suite("draft7");
export const draft2020: Oracle = suite("draft2020-12");

function suite(draft: Draft): Oracle {
  const name = `JSON-Schema-Test-Suite ${draft}`;
  const differences = schemaDifferences.filter((each) => each.draft === draft);
  const reasonOf = ({ file, reason }: SchemaDifference): string => `${file}: ${reason}`;
  const run = (shared: string) => {
    const { files } = readData<{ readonly files: Readonly<Record<string, readonly Group[]>> }>(
      shared,
      "json-schema",
      `${draft}.json`,
    );
    const remotes = remotesOf(shared, draft);
    const tally = tallyOf(
      name,
      differences.map((each) => ({ reason: reasonOf(each), count: each.count })),
    );
    for (const [file, groups] of Object.entries(files)) {
      if (file.includes("/")) continue; // optional
      const known = differences.find((each) => each.file === file);
      for (const { description, schema, tests } of groups) {
        const judge = judgeOf(schema, draft, remotes);
        for (const { description: test, data, valid } of tests) {
          const verdict = judge(data);
          if (verdict === valid) tally.agrees();
          else if (known !== undefined) tally.differs(reasonOf(known));
          else tally.undocumented(`${file}: ${description}: ${test}: ${verdict}, and ${valid} is wanted`);
        }
      }
    }
    return tally.report();
  };
  return { name, run };
}

/** Whether arguments pass a schema; where the validator gives up, which denies the call, why. */
function judgeOf(schema: JsonObject | boolean, draft: Draft, remotes: Readonly<Record<string, JsonObject | boolean>>) {
  const whole: JsonObject =
    typeof schema === "boolean"
      ? { $schema: dialects[draft], allOf: [schema] }
      : { $schema: dialects[draft], ...schema };
  const validator = validatorOf({}, JSON.stringify(schema).includes("localhost") ? remotes : {});
  return (data: Value): boolean | string => {
    try {
      return validator.violations("tool", whole, data as JsonObject).length === 0;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
}

/** Documents by their URI, those of the other draft left out. */
function remotesOf(shared: string, draft: Draft): Readonly<Record<string, JsonObject | boolean>> {
  const all = readData<Readonly<Record<string, JsonObject | boolean>>>(shared, "json-schema", "remotes.json");
  const other: Draft = draft === "draft7" ? "draft2020-12" : "draft7";
  return Object.fromEntries(Object.entries(all).filter(([uri]) => !uri.includes(`/${other}/`)));
}
