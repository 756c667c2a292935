import { type PathDemand, pathTest } from "@mcpolicy/core";
import type { FuncKeywordDefinition, SchemaValidateFunction } from "ajv";

/** The one keyword that `check` adds to JSON Schema, for ajv. */
export function pathKeyword(root: string | undefined): FuncKeywordDefinition {
  return {
    keyword: "x-mcpolicy-path",
    type: "string",
    schemaType: ["object", "boolean"],
    errors: true,
    compile(demand: PathDemand | boolean) {
      const expectedOf = pathTest(demand, root);
      const test: SchemaValidateFunction = (text: string) => {
        const expected = expectedOf(text);
        test.errors = expected === undefined ? [] : [{ keyword: "x-mcpolicy-path", params: { expected } }];
        return expected === undefined;
      };
      return test;
    },
  };
}
