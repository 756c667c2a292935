import { describe, expect, it } from "vitest";
import { onlyClosed } from "../../src/results/lists.ts";

describe("onlyClosed", () => {
  it.each([
    [{ type: "object" }, { type: "object" }, true],
    [{ type: "object" }, { type: "object", additionalProperties: false }, true],
    [{ items: [{ a: 1 }] }, { items: [{ a: 1, additionalProperties: false }] }, true],
    [{ additionalProperties: true }, { additionalProperties: false }, false],
    [{ type: "string" }, { type: "string", maxLength: 5 }, false],
    [{ type: "string", maxLength: 5 }, { type: "string" }, false],
    [{ enum: ["a", "b"] }, { enum: ["a"] }, false],
    [{ type: "object" }, { type: "object", additionalProperties: true }, false],
    [true, false, false],
  ])("%j and %j: %j", (own, schema, expected) => {
    expect(onlyClosed(own, schema)).toBe(expected);
  });
});
