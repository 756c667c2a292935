import { describe, expect, it } from "vitest";
import { filterTools, onlyClosed } from "../src/filter.ts";

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

it("shows the checks of an untyped server's tool beside what the server says", () => {
  const server = { name: "un", untyped: true, trusted: false, tools: {}, prompts: [] };
  const own = { type: "object", properties: { q: { type: "string" } } };
  const check = { type: "object", allOf: [{ required: ["q"], properties: { q: { "x-mcpolicy-path": {} } } }] };
  const tools = [
    { name: "a", inputSchema: own },
    { name: "b", inputSchema: own },
  ];
  const shown = filterTools(
    { tools },
    {
      server,
      isHeld: () => true,
      isListed: () => true,
      schemaOf: (tool) => (tool === "a" ? check : undefined),
      era: "legacy",
    },
  );
  expect(shown?.result["tools"]).toEqual([
    {
      name: "a",
      inputSchema: { ...own, allOf: [{ type: "object", allOf: [{ required: ["q"], properties: { q: {} } }] }] },
    },
    { name: "b", inputSchema: own },
  ]);
});
