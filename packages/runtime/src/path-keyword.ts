import { operatorsSpelled, read, type Type, type Value, whyUnreadable } from "@mcpolicy/core";
import type { FuncKeywordDefinition, SchemaValidateFunction } from "ajv";

const path: Type = { kind: "path" };

/** `x-mcpolicy-path`: a readable path, `under` one of these directories, `like` one of these globs. Each a text or a list. */
interface PathDemand {
  readonly under?: string | readonly string[];
  readonly like?: string | readonly string[];
}

/**
 * The one keyword that `check` adds to JSON Schema: paths are read as conditions read them, with the server's root, so that a
 * `check` and a `deny` never differ about what a path is.
 */
export function pathKeyword(root: string | undefined): FuncKeywordDefinition {
  return {
    keyword: "x-mcpolicy-path",
    type: "string",
    schemaType: ["object", "boolean"],
    errors: true,
    compile(demand: PathDemand | boolean) {
      const tests =
        typeof demand === "object" ? [demandTest(demand, "under", root), demandTest(demand, "like", root)] : [];
      const test: SchemaValidateFunction = (text: string) => {
        const value = read(path, text, root);
        const expected =
          value === undefined
            ? `a readable path (${whyUnreadable(path, text, root)})`
            : tests.find((each) => each !== undefined && !each.holds(value))?.expected;
        test.errors = expected === undefined ? [] : [{ keyword: "x-mcpolicy-path", params: { expected } }];
        return expected === undefined;
      };
      return test;
    },
  };
}

interface DemandTest {
  readonly holds: (value: Value) => boolean;
  readonly expected: string;
}

function demandTest(demand: PathDemand, spelling: "under" | "like", root: string | undefined): DemandTest | undefined {
  const given = demand[spelling];
  if (given === undefined) return undefined;
  const texts = typeof given === "string" ? [given] : given;
  const element: Type = { kind: spelling === "under" ? "path" : "glob" };
  const patterns = read({ kind: "list", element }, texts, root);
  const row = operatorsSpelled(spelling).find((each) => each.id === spelling);
  if (patterns === undefined || row === undefined) {
    throw new Error(`the schema asks for a path ${spelling} ${JSON.stringify(texts)}, which cannot be read`);
  }
  return {
    holds: (value) => row.evaluate(...([value, patterns] as never[])) === true,
    expected: `a path ${spelling} ${texts.map((text) => JSON.stringify(text)).join(" or ")}`,
  };
}
