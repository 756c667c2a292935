import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pinFileOf } from "@mcpolicy/core";
import { describe, expect, it } from "vitest";
import { idOfRefused, intake, serverBounds } from "../src/intake.ts";

function why(text: string): string {
  const taken = intake(text);
  return taken.kind === "refused" ? `${taken.fault}: ${taken.why}` : "taken";
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
    const bounds = { bytes: 3000, depth: 64 };
    expect(intake(`"${"a".repeat(2998)}"`, bounds).kind).toBe("value");
    expect(intake(`"${"€".repeat(1000)}"`, bounds)).toMatchObject({ kind: "refused", fault: "oversize" });
    expect(intake(new Uint8Array(3001), bounds)).toMatchObject({ kind: "refused", fault: "oversize" });
  });

  it("refuses bytes that are not UTF-8", () => {
    expect(intake(new Uint8Array([0x22, 0xff, 0x22]))).toMatchObject({ fault: "malformed" });
    expect(intake(new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]))).toMatchObject({ fault: "malformed" });
  });

  it("is linear: a few MiB of keys, escapes and digits take well under a second each", () => {
    const many = `{${Array.from({ length: 200_000 }, (_, index) => `"key${index}":1`).join(",")}}`;
    const escaped = `"${"\\u0041".repeat(600_000)}"`;
    const digits = `1.${"1".repeat(3_000_000)}`;
    for (const text of [many, escaped, digits]) {
      const start = performance.now();
      intake(text);
      expect(performance.now() - start).toBeLessThan(5_000);
    }
  });

  it("finds the id of a refused line, to answer it and for nothing else", () => {
    expect(idOfRefused('{"id":7,"id":7,"method":"x"}', "request")).toBe(7);
    expect(idOfRefused('{"id":"a","x":1e400,"result":{}}', "response")).toBe("a");
    expect(idOfRefused('{"id":"a","x":1e400,"result":{}}', "request")).toBeUndefined();
    expect(idOfRefused('{"id":{},"method":"x"}', "request")).toBeUndefined();
    expect(idOfRefused('{"id":1.5,"method":"x"}', "request")).toBeUndefined();
    expect(idOfRefused('{"id":1', "response")).toBeUndefined();
    expect(idOfRefused("[".repeat(100_000), "response")).toBeUndefined();
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

const shared = process.env["MCPOLICY_SHARED"] ?? join(import.meta.dirname, "../../../../shared");
const file = join(shared, "data/json-parsing/parsing.json");
if (!existsSync(file)) console.warn(`mcp: ${file} is missing: 1 test is left out`);

// Valid JSON that we refuse on purpose: two readers may differ about it.
const stricter: ReadonlyMap<string, string> = new Map([
  ["y_object_duplicated_key.json", "same key twice"],
  ["y_object_duplicated_key_and_value.json", "same key twice"],
]);

describe.skipIf(!existsSync(file) && process.env["MCPOLICY_REQUIRE_SHARED"] !== "1")(
  "intake on an outside suite of JSON texts",
  () => {
    it("agrees, but for the listed stricter ones", () => {
      const cases = JSON.parse(readFileSync(file, "utf8")) as readonly Parsing[];
      const differing: string[] = [];
      for (const row of cases) {
        if (row.expect === "either") continue;
        const bytes =
          row.base64 !== undefined
            ? Buffer.from(row.base64, "base64")
            : (row.text ?? (row.repeat ?? "").repeat(row.times ?? 0) + (row.tail ?? ""));
        if ((intake(bytes).kind === "value") !== (row.expect === "accept")) differing.push(row.name);
      }
      expect(differing.sort()).toEqual([...stricter.keys()].sort());
      expect(cases.filter((row) => row.expect !== "either").length).toBe(283);
    });
  },
);

const tools = join(shared, "data/mcp-tools");
if (!existsSync(tools)) console.warn(`mcp: ${tools} is missing: 1 test is left out`);

describe.skipIf(!existsSync(tools) && process.env["MCPOLICY_REQUIRE_SHARED"] !== "1")("intake on real listings", () => {
  it("reads what 41 published servers list, as JSON.parse does, and pins all 762 tools", () => {
    const files = readdirSync(tools).filter((name) => name.endsWith(".json") && name !== "index.json");
    const pinned = files.map((name) => {
      const text = readFileSync(join(tools, name), "utf8");
      const taken = intake(text, serverBounds);
      expect(taken, name).toEqual({ kind: "value", value: JSON.parse(text) });
      return pinFileOf(JSON.parse(text), { package: name, version: "1", license: "MIT" }).tools.length;
    });
    expect([files.length, pinned.reduce((sum, count) => sum + count, 0)]).toEqual([41, 762]);
  });
});
