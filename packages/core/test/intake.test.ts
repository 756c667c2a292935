import { intake, intakeBounds, type Value } from "@mcpolicy/core";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { readPlainJson } from "../src/plain-json.ts";
import { outsideData } from "./outside-data.ts";

function why(text: string): string {
  const taken = intake(text);
  return taken.kind === "refused" ? `${taken.fault}: ${taken.why}` : "taken";
}

function refused(fault: string, because: string): object {
  return { kind: "refused", fault, why: because };
}

describe("intake", () => {
  it.each([
    ['{"a":[1,-2.5,1e3,true,false,null,"x"]}', { a: [1, -2.5, 1000, true, false, null, "x"] }],
    [" \t\r\n{ } ", {}],
    ['"\\u0041\\ud83d\\ude00\\n\\/"', "A😀\n/"],
    ["[0.1, 1.50, 100e-2, 1e300, 0e9999, -0.0]", [0.1, 1.5, 1, 1e300, 0, -0]],
    ["9007199254740991", 9007199254740991],
    ['{"constructor":1,"toString":2,"hasOwnProperty":3}', { constructor: 1, toString: 2, hasOwnProperty: 3 }],
  ])("reads %s", (text, value) => {
    expect(intake(text)).toEqual({ kind: "value", value });
  });

  it.each([
    ['{"a":1,"a":2}', "unsafe: a record has the same key twice"],
    ['{"a":1,"\\u0061":2}', "unsafe: a record has the same key twice"],
    ['{"__proto__":{}}', "unsafe: a record has the key `__proto__`"],
    ['{"x":{"__pr\\u006fto__":1}}', "unsafe: a record has the key `__proto__`"],
    ['"\\ud800"', "unsafe: a string holds half of a surrogate pair"],
    ['{"\\udc00":1}', "unsafe: a string holds half of a surrogate pair"],
    ["9007199254740992", "unsafe: a number cannot be held exactly"],
    ["-9007199254740993", "unsafe: a number cannot be held exactly"],
    ["1e400", "unsafe: a number cannot be held exactly"],
    ["1e-400", "unsafe: a number cannot be held exactly"],
    ["9007199254740993.0", "unsafe: a number cannot be held exactly"],
    ["3.141592653589793238", "unsafe: a number cannot be held exactly"],
    ["", "malformed: the message is not JSON at its end"],
    ["{", "malformed: the message is not JSON at its end"],
    ["[1,]", "malformed: the message is not JSON at character 4"],
    ['{"a" 1}', "malformed: the message is not JSON at character 6"],
    ["01", "malformed: the message is not JSON at character 2"],
    ["1 2", "malformed: the message is not JSON at character 3"],
    ["NaN", "malformed: the message is not JSON at character 1"],
    ['"\\x41"', "malformed: a string holds an unknown escape"],
    ['"a\tb"', "malformed: a string holds a bare control character"],
    ['"abc', "malformed: the message ends inside a string"],
    ["\ufeff{}", "malformed: the message is not JSON at character 1"],
  ])("refuses %s", (text, reason) => {
    expect(why(text)).toBe(reason);
  });

  it("takes 64 levels and refuses 65, 100,000 too", () => {
    expect(intake("[".repeat(64) + "]".repeat(64)).kind).toBe("value");
    expect(why("[".repeat(65) + "]".repeat(65))).toBe("unsafe: lists and records nest deeper than 64 levels");
    expect(why("[".repeat(100_000))).toBe("unsafe: lists and records nest deeper than 64 levels");
  });

  it("bounds bytes, not characters", () => {
    const bounds = { ...intakeBounds, bytes: 3000 };
    expect(intake(`"${"a".repeat(2998)}"`, bounds).kind).toBe("value");
    expect(intake(`"${"€".repeat(1000)}"`, bounds)).toMatchObject({ kind: "refused", fault: "oversize" });
    expect(intake(new Uint8Array(3001), bounds)).toMatchObject({ kind: "refused", fault: "oversize" });
  });

  it("refuses bytes that are not UTF-8", () => {
    expect(intake(new Uint8Array([0x22, 0xff, 0x22]))).toMatchObject({ fault: "malformed" });
    expect(intake(new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]))).toMatchObject({ fault: "malformed" });
  });

  it("bounds fields and the length of strings and names", () => {
    const bounds = { ...intakeBounds, keys: 2, text: 3 };
    expect(intake('{"a":[{"b":"abc"}]}', bounds).kind).toBe("value");
    expect(intake('{"a":{"b":1},"c":2}', bounds)).toEqual(refused("oversize", "the message has more than 2 fields"));
    const long = refused("oversize", "a string or name is longer than 3 UTF-16 code units");
    expect(intake('["abcd"]', bounds)).toEqual(long);
    expect(intake('{"abcd":1}', bounds)).toEqual(long);
  });

  it("takes what would be quadratic for a careless reader", () => {
    const many = `{${Array.from({ length: 90_000 }, (_, index) => `"key${index}":1`).join(",")}}`;
    expect(intake(many).kind).toBe("value");
    for (const piece of ["\\u0041", "\\\\", '\\"', "é"]) {
      expect(intake(`"${piece.repeat(600_000)}"`), piece).toMatchObject({ kind: "value" });
    }
    expect(intake(`1.${"1".repeat(3_000_000)}`).kind).toBe("refused");
  });

  it.each([undefined, null, 7, {}, [], Symbol("x"), new SharedArrayBuffer(8)])(
    "never throws, whatever it is given",
    (given) => {
      expect(intake(given as never).kind).toBe("refused");
    },
  );
});

describe("what is written plainly is read without JSON.parse", () => {
  it.each([
    '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"read","arguments":{"path":"/w/a.md","limit":-1}}}',
    '[[],{},[{}],true,false,null,0,-0,999999999999999,"","é€"]',
    '{"toString_":1,"a":{"a":{"a":[]}}}',
    '""',
  ])("%s", (text) => {
    // Twice: names are kept.
    for (const _ of [1, 2]) expect(readPlainJson(text, intakeBounds)).toEqual(JSON.parse(text));
  });

  it.each([
    ...[
      "{ }",
      "[1, 2]",
      '"\\n"',
      '"😀"',
      "1.5",
      "1e3",
      "01",
      "-",
      "1000000000000000",
      "",
      "nul",
      "nullx",
      '"',
      '"a',
      '"\u0001"',
    ],
    ...[
      '{"a":1,"a":2}',
      '{"a":null,"a":2}',
      '{"__proto__":1}',
      '{"constructor":1}',
      '{"a"}',
      '{"a":1',
      "[1",
      "[1]]",
      "{]",
      "[}",
    ],
    ...["[1,]", '{"a":1,}', "{,}", "{a:1}", `"${"x".repeat(5_000)}"`, "[".repeat(65) + "]".repeat(65)],
  ])("and leaves to others: %s", (text) => {
    expect(readPlainJson(text, intakeBounds)).toBeUndefined();
  });

  it("keeps to the bounds", () => {
    expect(readPlainJson("[[1]]", { ...intakeBounds, depth: 2 })).toEqual([[1]]);
    expect(readPlainJson("[[1]]", { ...intakeBounds, depth: 1 })).toBeUndefined();
    expect(readPlainJson('{"a":{"b":1}}', { ...intakeBounds, keys: 2 })).toEqual({ a: { b: 1 } });
    expect(readPlainJson('{"a":{"b":1}}', { ...intakeBounds, keys: 1 })).toBeUndefined();
    expect(readPlainJson('"abcd"', { ...intakeBounds, text: 3 })).toBeUndefined();
  });
});

interface Parsing {
  readonly name: string;
  readonly expect: "accept" | "reject" | "either";
  readonly text?: string;
  readonly base64?: string;
  readonly repeat?: string;
  readonly times?: number;
  readonly tail?: string;
}

// Valid JSON that we refuse on purpose: two readers may differ about it.
const stricter = ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"];

const cases = outsideData<readonly Parsing[]>(
  "json-parsing/parsing.json",
  "the intake on an outside suite of JSON texts",
);

describe.runIf(cases !== undefined)("on an outside suite of JSON texts", () => {
  const given = (cases ?? []).map((row) => ({
    ...row,
    bytes:
      row.base64 !== undefined
        ? Buffer.from(row.base64, "base64")
        : (row.text ?? (row.repeat ?? "").repeat(row.times ?? 0) + (row.tail ?? "")),
  }));

  test("agrees, but for those that it refuses on purpose", () => {
    const decided = given.filter((row) => row.expect !== "either");
    const differing = decided.filter((row) => (intake(row.bytes).kind === "value") !== (row.expect === "accept"));
    expect(differing.map(({ name }) => name).toSorted()).toEqual(stricter);
    expect(decided.length).toBe(283);
  });

  test("of what is left to the reader, takes only what JSON.parse takes, with the same value", () => {
    const free = given.filter((row) => row.expect === "either");
    expect(free.length).toBe(35);
    for (const { bytes, name } of free) {
      const taken = intake(bytes);
      if (taken.kind === "value") expect(taken.value, name).toEqual(JSON.parse(bytes.toString()));
    }
  });
});

describe("random texts", () => {
  const names = fc.oneof(fc.constantFrom("a", "b", "__proto__", "constructor", "\ud83d\ude00"), fc.string());
  const leaves = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("\ud800", "\udc00\ud800", '"', "\\", "\n"),
    fc.double(),
    fc.maxSafeInteger(),
    fc.constantFrom<Value>(true, false, null, -0, 2 ** 53, 1e300, 1e-320, 0.1),
  );
  const { value: values } = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaves,
      fc.array(tie("value"), { maxLength: 4 }),
      fc.array(fc.tuple(names, tie("value")), { maxLength: 4 }).map(Object.fromEntries),
    ),
  }));

  test("what JSON.stringify writes is taken as it is, or holds what is not safe", () => {
    fc.assert(
      fc.property(values, fc.constantFrom(undefined, 1), (value, space) => {
        const text = JSON.stringify(value, undefined, space);
        const taken = intake(text);
        const isUnsafe = holdsUnsafeText(JSON.parse(text)) || holdsUnsafeNumber(JSON.parse(text));
        expect(taken.kind).toBe(isUnsafe ? "refused" : "value");
        if (taken.kind === "value") expect(taken.value).toEqual(JSON.parse(text));
        else expect(taken.fault).toBe("unsafe");
      }),
      { numRuns: 2_000 },
    );
  });

  // Pieces that make most slips of a scanner: brackets and quotes out of place, escapes, numbers with ends.
  const pieces = fc.constantFrom(
    ...'{}[]:,"\\/ \n\t-+.eE0123456789aut'.split(""),
    ...["true", "false", "null", '"a":', '"b":', '"a"', "\\u", "d83d", "dc00", '\\"', "1e5", "-0", "\ud800", "é"],
  );

  test("whatever is taken is what JSON.parse gives, and what JSON.parse takes is never malformed", () => {
    const texts = fc.oneof(
      fc.array(pieces, { maxLength: 24 }).map((parts) => parts.join("")),
      fc.tuple(values, fc.nat(), pieces).map(([value, at, piece]) => {
        const text = JSON.stringify(value);
        const place = at % (text.length + 1);
        return text.slice(0, place) + piece + text.slice(place + (at % 2));
      }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const taken = intake(text);
        const plain = readPlainJson(text, intakeBounds);
        if (plain !== undefined) expect(taken).toEqual({ kind: "value", value: plain });
        if (taken.kind === "value") {
          expect(taken.value).toEqual(JSON.parse(text));
          expect(holdsUnsafeText(taken.value)).toBe(false);
        } else {
          if (isReadable(text)) expect(taken.fault).toBe("unsafe");
          expect(taken.why).not.toBe("the message could not be read");
        }
      }),
      { numRuns: 5_000 },
    );
  });

  test("each key is seen twice, however it is spelled and whatever stands between", () => {
    fc.assert(
      fc.property(
        names.filter((name) => name !== "__proto__" && name.isWellFormed()),
        values,
        fc.boolean(),
        (name, between, isEscaped) => {
          const spelled = isEscaped
            ? `"${[...name].flatMap((each) => each.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)).join("")}"`
            : JSON.stringify(name);
          const inner = intake(JSON.stringify(between)).kind === "value" ? JSON.stringify(between) : "0";
          expect(why(`[{${JSON.stringify(name)}:${inner},"other key":${inner},${spelled}:0}]`)).toBe(
            "unsafe: a record has the same key twice",
          );
        },
      ),
    );
  });
});

function isReadable(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether a value has a key `__proto__`, or half of a surrogate pair. */
function holdsUnsafeText(value: Value): boolean {
  if (typeof value === "string") return !value.isWellFormed();
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(
    ([key, part]) => key === "__proto__" || !key.isWellFormed() || holdsUnsafeText(part),
  );
}

/** Whether a value holds a whole number that JSON.stringify writes with all its digits, of which a double does not hold every one. */
function holdsUnsafeNumber(value: Value): boolean {
  if (typeof value === "number") return /^-?[0-9]+$/.test(JSON.stringify(value)) && !Number.isSafeInteger(value);
  return typeof value === "object" && value !== null && Object.values(value).some(holdsUnsafeNumber);
}
