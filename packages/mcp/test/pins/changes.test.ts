import { definitionPin, type JsonObject } from "@mcpolicy/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changesOf } from "../../src/pins/changes.ts";

const schema = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  name: "t",
  inputSchema: { type: "object", properties, ...more },
});

const path = { path: { type: "string" } };

// biome-ignore format: table
const cases: readonly (readonly [was: JsonObject, is: JsonObject, expected: readonly string[]])[] = [
  [schema(path), schema({ ...path, recursive: { type: "boolean" } }), ["wider: `recursive` is a new optional argument"]],
  [schema(path), schema({ ...path, to: { type: "string" } }, { required: ["to"] }), ["wider: `to` is a new required argument"]],
  [schema(path), schema({}), ["narrower: `path` is no argument any more"]],
  [schema(path), schema(path, { required: ["path"] }), ["narrower: `path` is a required argument now"]],
  [schema(path, { required: ["path"] }), schema(path), ["wider: `path` is no required argument any more"]],
  [schema({ m: { enum: ["a"] } }), schema({ m: { enum: ["a", "b"] } }), ['wider: `m` may be "b" too']],
  [schema({ m: { enum: ["a", "b"] } }), schema({ m: { enum: ["b"] } }), ['narrower: `m` may not be "a" any more']],
  [schema({ m: { type: "string" } }), schema({ m: { type: ["string", "null"] } }), ["wider: the type of `m` changed from string to string or null"]],
  [schema({ m: { type: "string" } }), schema({ m: { type: "number" } }), ["other: the type of `m` changed from string to number"]],
  [schema({ m: { maxLength: 5 } }), schema({ m: { maxLength: 9 } }), ["wider: `maxLength` of `m` changed from 5 to 9"]],
  [schema({ m: { minimum: 5 } }), schema({ m: { minimum: 9 } }), ["narrower: `minimum` of `m` changed from 5 to 9"]],
  [schema({ m: { pattern: "^a" } }), schema({ m: {} }), ['wider: `m` has lost `pattern` "^a"']],
  [schema(path, { additionalProperties: false }), schema(path), ["wider: it takes what is not declared"]],
  [schema({ m: { description: "a" } }), schema({ m: { description: "b" } }), ['text: the description of `m` changed from "a" to "b"']],
  [schema({ o: { type: "object", properties: {} } }), schema({ o: { type: "object", properties: path } }), ["wider: `o.path` is a new optional argument"]],
  [schema({ l: { items: { type: "string" } } }), schema({ l: { items: {} } }), ["wider: the type of `l.[]` changed from string to any"]],
  [{ name: "t", description: "a" }, { name: "t", description: "b" }, ['text: its description changed from "a" to "b"']],
  [{ name: "t" }, { name: "t", title: "T" }, ['text: its title changed from none to "T"']],
  [{ name: "t", annotations: { readOnlyHint: true } }, { name: "t", annotations: {} }, ["hint: its readOnlyHint changed from true to none"]],
  [{ name: "t" }, { name: "t", outputSchema: {} }, ["narrower: it has a schema now"]],
  [{ name: "t", icons: [] }, { name: "t", icons: [{ src: "x" }] }, ['other: its icons changed from [] to [{"src":"x"}]']],
];

describe("changesOf", () => {
  it.each(cases)("%j → %j", (was, is, expected) => {
    expect(changesOf("tool", was, is).map(({ kind, text }) => `${kind}: ${text}`)).toEqual(expected);
  });

  it("tells the arguments of a prompt by their names", () => {
    const was = { name: "p", arguments: [{ name: "city", required: true }] };
    const is = { name: "p", arguments: [{ name: "city" }, { name: "state" }] };
    expect(changesOf("prompt", was, is).map(({ text }) => text)).toEqual([
      "`state` is a new optional argument",
      "`city` is no required argument any more",
    ]);
  });

  it("leaves out what is not pinned", () => {
    expect(changesOf("tool", { name: "t", _meta: { a: 1 } }, { name: "t", execution: {} })).toEqual([]);
    expect(changesOf("resource", { uri: "a:b", size: 1 }, { uri: "a:b", size: 2 })).toEqual([]);
  });

  it("has something to say of every change, and nothing of none", () => {
    const definition = fc.record({
      name: fc.constant("t"),
      description: fc.option(fc.string(), { nil: undefined }),
      inputSchema: fc.option(fc.jsonValue({ maxDepth: 4 }), { nil: undefined }),
      annotations: fc.option(fc.jsonValue(), { nil: undefined }),
    });
    const clean = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value));
    fc.assert(
      fc.property(definition, definition, (a, b) => {
        const [was, is] = [clean(a), clean(b)];
        expect(changesOf("tool", was, was)).toEqual([]);
        const isSame = definitionPin("tool", was) === definitionPin("tool", is);
        expect(changesOf("tool", was, is).length === 0).toBe(isSame);
      }),
    );
  });
});
