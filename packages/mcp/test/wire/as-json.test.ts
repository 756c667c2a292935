import { describe, expect, it } from "vitest";
import { asJson } from "../../src/wire/as-json.ts";

class Point {
  readonly x = 1;
}

describe("asJson", () => {
  it.each([
    [{ text: "a", list: ["a", 1, true, null, { deep: [[]] }] }],
    [Object.assign(Object.create(null), { a: "b" })],
    ["a"],
    [null],
  ])("gives JSON back as it is: %j", (value) => {
    expect(asJson(value)).toBe(value);
  });

  it.each([
    ["a member without a value", { a: undefined, b: "c" }, { b: "c" }],
    ["a date", { at: new Date(0) }, { at: "1970-01-01T00:00:00.000Z" }],
    ["an object of a class, in a list", { list: ["a", new Point()] }, { list: ["a", { x: 1 }] }],
    ["what writes itself", { a: { toJSON: () => "b" } }, { a: "b" }],
    ["a number that JSON has not got", ["a", Number.NaN], ["a", null]],
    ["a hole in a list", { list: Object.assign([], { 1: "b" }) }, { list: [null, "b"] }],
    ["nothing", undefined, null],
  ])("makes JSON of %s", (_, value, json) => {
    expect(asJson(value)).toStrictEqual(json);
  });

  it("throws where there is no JSON form", () => {
    const round: Record<string, unknown> = {};
    round["self"] = [1n];
    expect(() => asJson(round)).toThrow(TypeError);
  });
});
