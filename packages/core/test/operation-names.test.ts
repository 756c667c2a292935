import fc from "fast-check";
import { expect, test } from "vitest";
import { matchesName, toolFacts } from "../src/index.ts";

test("a star stands for any run of characters, all else for itself", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "*", "/", "."), maxLength: 8 });
  const name = fc.string({ unit: fc.constantFrom("a", "b", "/", "."), maxLength: 10 });
  fc.assert(
    fc.property(letters, name, (pattern, text) => {
      const escaped = pattern.split("*").map((part) => part.replaceAll(".", "\\."));
      expect(matchesName(pattern, text)).toBe(new RegExp(`^${escaped.join(".*")}$`, "s").test(text));
    }),
    { numRuns: 2000 },
  );
});

// A matcher that tries again at each star would not end.
test("many stars over a long name", () => {
  expect(matchesName(`${"*a".repeat(50)}b`, "a".repeat(20_000))).toBe(false);
});

test("hints have MCP's defaults; a reassuring one is unknown without trust", () => {
  const schema = {};
  const annotations = { readOnlyHint: true, destructiveHint: false };
  const tools = { read: { digest: "", description: "Reads.", annotations, schema } };
  const server = { name: "fs", untyped: false, trusted: false, tools, prompts: [] };
  const defaults = { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true };
  expect(toolFacts({ ...server, tools: {} }, "x")).toEqual({ name: "x", server: "fs", annotations: defaults });
  expect(toolFacts({ ...server, trusted: true }, "read")).toEqual({
    name: "read",
    server: "fs",
    description: "Reads.",
    annotations: { ...defaults, ...annotations },
  });
  expect(toolFacts(server, "read")["annotations"]).toStrictEqual({
    ...defaults,
    readOnlyHint: undefined,
    destructiveHint: undefined,
  });
});
