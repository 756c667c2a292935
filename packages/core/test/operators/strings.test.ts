import { isPathName, isRecord, type Value } from "@mcpolicy/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { stringsOf } from "../../src/operators/strings.ts";

/** The same without a stack of its own. */
function told(value: Value, counts: boolean): readonly string[] {
  if (typeof value === "string") return counts ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item: Value) => told(item, counts));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, item]) => [
    ...(name === "name" ? [name] : []),
    ...told(item, counts || isPathName(name)),
  ]);
}

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<Value>("/a", "b", "", 7, null, true),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom("path", "sourceFile", "name", "text", "1", "0"), tie("value"), { maxKeys: 5 }),
  ),
}));

test("texts and names come in document order, each where it stands", () => {
  const names = (name: string) => name === "name";
  fc.assert(
    fc.property(value, (each) => {
      expect(stringsOf(each, { under: isPathName, names })).toEqual(told(each, false));
      expect(stringsOf(each, { under: undefined, names })).toEqual(told(each, true));
    }),
  );
});

test("a value as deep as a caller likes is walked", () => {
  let deep: Value = "/a";
  for (let level = 0; level < 100_000; level++) deep = level % 2 === 0 ? [deep] : { path: deep };
  expect(stringsOf(deep, { under: isPathName, names: undefined })).toEqual(["/a"]);
});
