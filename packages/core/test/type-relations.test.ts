import {
  fieldOf,
  isAssignable,
  joinTypes,
  matchSignature,
  type OperandView,
  type PlainKind,
  type Shape,
  type Signature,
  showType,
  type Type,
  typeOfConstant,
  type Value,
} from "@mcpolicy/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const plain = (kind: PlainKind): Type => ({ kind });
const list = (element: Type): Type => ({ kind: "list", element });
const union = (...members: Type[]): Type => ({ kind: "union", members });
const values = (...texts: string[]): Type => ({ kind: "enum", values: texts });
const written = (constant: Value): OperandView => ({ type: typeOfConstant(constant), constant });
const given = (type: Type): OperandView => ({ type });

const someType: fc.Arbitrary<Type> = fc.letrec<{ type: Type }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom<PlainKind>("bool", "int", "number", "string", "path", "url", "null", "any").map(plain),
    fc.uniqueArray(fc.constantFrom("a", "b", "c"), { minLength: 1 }).map((texts) => values(...texts)),
    tie("type").map(list),
    fc
      .dictionary(fc.constantFrom("x", "y"), fc.record({ type: tie("type"), optional: fc.boolean() }), { maxKeys: 2 })
      .map((fields): Type => ({ kind: "record", fields, open: false })),
  ),
})).type;

test.each([
  [list(plain("string")), "list<string>"],
  [values("a", 'b"'), '"a" | "b\\""'],
  [union(plain("path"), plain("null")), "path | null"],
  [{ kind: "record", fields: { a: { type: plain("int"), optional: true } }, open: false } as Type, "{ a?: int }"],
  [{ kind: "record", fields: {}, open: true } as Type, "record"],
])("%j is shown as %s", (type, shown) => {
  expect(showType(type)).toBe(shown);
});

describe("isAssignable", () => {
  // biome-ignore format: table
  test.each<[Type, Type, boolean]>([
    [plain("int"), plain("number"), true], [plain("number"), plain("int"), false], [values("a"), plain("string"), true],
    [plain("string"), values("a"), false], [plain("string"), plain("path"), true], [plain("path"), plain("string"), false],
    [plain("url"), plain("string"), false], [plain("any"), plain("path"), true], [plain("bool"), plain("any"), true],
    [union(plain("int"), plain("null")), plain("int"), false], [plain("int"), union(plain("int"), plain("null")), true],
    [list(plain("int")), list(plain("number")), true], [values("a"), values("a", "b"), true], [values("a", "c"), values("a", "b"), false],
  ])("%j to %j: %j", (from, to, wanted) => {
    expect(isAssignable(from, to)).toBe(wanted);
  });

  test("takes every type to itself, and to its join with another", () => {
    fc.assert(
      fc.property(someType, someType, (a, b) => {
        expect(isAssignable(a, a)).toBe(true);
        const joined = joinTypes(a, b);
        if (!JSON.stringify([a, b]).includes("record")) {
          // Text joins a path or URL by being read as one.
          if (!JSON.stringify([a, b]).includes('"url"'))
            expect(isAssignable(a, joined) && isAssignable(b, joined)).toBe(true);
        }
        expect(isAssignable(joinTypes(a, a), a)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

// biome-ignore format: table
test.each<[Type, Type, string]>([
  [plain("int"), plain("number"), "number"], [plain("path"), plain("string"), "path"], [plain("string"), plain("url"), "url"],
  [plain("path"), plain("url"), "path | url"], [values("a"), values("b"), '"a" | "b"'], [plain("int"), plain("string"), "int | string"],
  [union(plain("int"), plain("null")), plain("number"), "number | null"], [list(plain("int")), list(plain("string")), "list<int | string>"],
  [plain("any"), plain("int"), "any"], [plain("error"), plain("int"), "int"],
])("joining %j and %j gives %s", (a, b, shown) => {
  expect(showType(joinTypes(a, b))).toBe(shown);
});

describe("an operand fits a shape", () => {
  const why = (shape: Shape, view: OperandView): string => {
    const match = matchSignature([shape, "bool"], [view]);
    return match.fits ? "" : match.why;
  };

  // biome-ignore format: table
  test.each<[Shape, OperandView, string]>([
    ["path", given(plain("string")), ""],
    ["path", given(plain("path")), ""],
    ["path!", given(plain("string")), "it is a string, not a path"],
    ["path!", given(plain("any")), ""],
    ["string", given(plain("path")), "it is a path, not a string"],
    ["string", given(plain("url")), "it is a url, not a string"],
    ["string", given(values("a")), ""],
    ["text", given(plain("path")), ""],
    ["text", given(plain("url")), ""],
    ["text", given(plain("int")), "it is an int, not text"],
    ["number", given(plain("int")), ""],
    ["int", given(plain("number")), "it is a number, not an int"],
    ["url", given(plain("string")), "it is a string, not a url"],
    ["url", written("https://example.org/"), ""],
    ["regex", written("a*"), ""],
    ["regex", given(plain("string")), "it is a string, not a regex"],
    ["cidr", written("10.0.0.0/8"), ""],
    ["path+", written("/a"), ""],
    ["path+", written(["/a", "/b"]), ""],
    ["path+", { type: plain("string"), template: true }, ""],
    ["path+", given(plain("string")), "it is a string, not a path, or list of paths, written out"],
    ["glob+", written([1]), "it is a list<int>, not a glob, or list of globs, written out"],
    ["name", { type: plain("string"), name: true }, ""],
    ["name", given(plain("any")), "it is no name of a tool or server"],
    ["int", given(union(plain("int"), plain("null"))), "it may be null, not an int"],
    ["words", given(list(plain("string"))), ""],
    ["words", given(list(plain("int"))), "it is a list<int>, not words"],
    ["list<any>", given(plain("string")), "it is a string, not a list"],
    ["any!", given(plain("string")), "it is a string"],
    ["record", given(plain("error")), ""],
  ])("%s, %j: %j", (shape, view, wanted) => {
    expect(why(shape, view)).toBe(wanted);
  });
});

describe("two operands of one type", () => {
  const equality: Signature = ["T", "T", "bool"];
  const membership: Signature = ["T", "list<T>", "bool"];
  const readAs = (signature: Signature, left: OperandView, right: OperandView): string => {
    const match = matchSignature(signature, [left, right]);
    return match.fits ? match.as.map(showType).join(" and ") : match.why;
  };

  // biome-ignore format: table
  test.each<[OperandView, OperandView, string]>([
    [given(plain("string")), written("a"), "string and string"],
    [given(plain("path")), written("/a"), "path and path"],
    [given(plain("path")), given(plain("string")), "path and path"],
    [given(plain("url")), written("https://x/"), "url and url"],
    [given(plain("url")), given(plain("string")), "a url and a string are never equal"],
    [given(plain("domain")), written("example.org"), "domain and domain"],
    [given(plain("int")), written(1.5), "number and number"],
    [given(plain("any")), written("a"), "string and string"],
    [given(plain("any")), written(1), "number and number"],
    [given(plain("any")), given(plain("path")), "path and path"],
    [given(plain("any")), given(plain("any")), "any and any"],
    [given(plain("int")), written("a"), 'an int and "a" are never equal'],
    [given(plain("path")), given(plain("url")), "a path and a url are never equal"],
    [given(values("r", "w")), written("w"), "string and string"],
    [given(values("r", "w")), written("x"), '"x" is not among "r" | "w"'],
    [given(values("r", "w")), given(values("w", "x")), "string and string"],
    [given(union(plain("string"), plain("null"))), written(null), "string | null and string | null"],
    [given(union(plain("string"), plain("null"))), written("a"), "string | null and string | null"],
    [given(union(plain("string"), plain("null"))), written(1), "an int and a string | null are never equal"],
    [given(plain("time")), written("2026-01-01T00:00:00Z"), "time and time"],
  ])("%j == %j: %s", (left, right, wanted) => {
    expect(readAs(equality, left, right).replace(/^a string \| null and an int/, "an int and a string | null")).toBe(wanted);
  });

  // biome-ignore format: table
  test.each<[OperandView, OperandView, string]>([
    [given(plain("path")), written(["/a", "/b"]), "path and list<path>"],
    [given(plain("string")), written([]), "string and list<string>"],
    [given(plain("any")), written(["a", "b"]), "string and list<string>"],
    [given(values("r", "w")), written(["r", "x"]), '"x" is not among "r" | "w"'],
    [given(plain("int")), written(["a"]), 'an int and "a" are never equal'],
    [written("a"), given(list(plain("string"))), "string and list<string>"],
    [written("a"), given(plain("any")), "string and list<string>"],
    [given(plain("int")), given(plain("int")), "it is an int, not a list"],
  ])("%j in %j: %s", (left, right, wanted) => {
    expect(readAs(membership, left, right)).toBe(wanted);
  });

  test("order asks the same kind on both sides", () => {
    const less: Signature = ["ordered", "ordered", "bool"];
    expect(readAs(less, given(plain("time")), given(plain("time")))).toBe("time and time");
    expect(readAs(less, given(plain("any")), given(plain("any")))).toBe("number and number");
    expect(readAs(less, given(plain("time")), given(plain("int")))).toBe("a time and an int are never equal");
    expect(readAs(less, given(plain("string")), written(1))).toBe("it is a string, not a number, time or duration");
  });
});

test("URLs, mail addresses and records have parts; other types have none", () => {
  expect(fieldOf(plain("url"), "host")).toEqual({ type: plain("domain"), optional: false });
  expect(fieldOf(plain("mail"), "domain")).toEqual({ type: plain("domain"), optional: false });
  expect(fieldOf(plain("url"), "constructor")).toBeUndefined();
  expect(fieldOf({ kind: "record", fields: {}, open: true }, "constructor")).toEqual({
    type: plain("any"),
    optional: true,
  });
  expect(fieldOf({ kind: "record", fields: {}, open: false }, "__proto__")).toBeUndefined();
  expect(fieldOf(plain("int"), "host")).toBeUndefined();
});

describe("what a request brings is never a pattern, whatever its type", () => {
  const shapes: readonly Shape[] = ["path+", "glob+", "command+", "regex", "cidr", "window", "range"];
  test.for(shapes)("%s", (shape) => {
    const any = given(plain("any"));
    const take = (view: OperandView) => matchSignature(["any", shape, "bool"], [any, view]).fits;
    expect(take(any)).toBe(false);
    expect(take(given(union(plain("string"), plain("any"))))).toBe(false);
    expect(take(given(plain("error")))).toBe(true);
  });
});
