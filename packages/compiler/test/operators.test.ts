import { type JsonObject, operators } from "@mcpolicy/core";
import { describe, expect, test } from "vitest";
import { call, server } from "../../runtime/test/small-policies.ts";
import { backends } from "./backends.ts";
import { names, question, signatureOf } from "./operator-examples.ts";

/** Examples speak of no server, so relative paths hang nowhere. */
const { root: _, ...rootless } = server;

const rows = operators.filter((row) => row.level !== "logic");

test("the table has rows, and each has examples", () => {
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) expect(row.examples.length, row.id).toBeGreaterThan(0);
});

describe.for(Object.entries(backends))("%s", ([, truthBy]) => {
  test.for(rows)("$id: $spelling", (row) => {
    for (const example of row.examples) {
      const signature = signatureOf(row, example);
      expect(signature, "an example of each arity").toBeDefined();
      const args: JsonObject = Object.fromEntries(example.slice(0, -1).map((value, index) => [names[index]!, value!]));
      const expected = example.at(-1);
      const isBool = signature!.at(-1) === "bool";
      const truth = truthBy(question(row, signature!, example), call(args), rootless);
      const want = expected === undefined ? undefined : isBool ? expected : true;
      expect(truth, JSON.stringify(example)).toBe(want);
    }
  });
});
