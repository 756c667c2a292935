import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { digestOf, type PinFile } from "@mcpolicy/core";
import { Source } from "@mcpolicy/diagnostics";
import { expect, test } from "vitest";
import { pinsFromListing, readPins } from "../src/pins.ts";

const file = resolve(import.meta.dirname, "../../../test-fixtures/tools/files.json");
const pins = JSON.parse(readFileSync(file, "utf8")) as PinFile;
const read = (value: unknown) =>
  readPins(new Source("x.json", typeof value === "string" ? value : JSON.stringify(value)));
const codes = (value: unknown) => read(value).diagnostics.map((each) => each.code);

test("a pin file is read as it is", () => {
  expect(read(pins)).toEqual({ pins, diagnostics: [] });
});

test("a listing becomes a pin file, and is told apart from one", () => {
  const { mcpolicyPins: _1, digests: _2, digest: _3, ...listing } = pins;
  expect(pinsFromListing(listing)).toEqual(pins);
  expect(codes(listing)).toEqual(["P0505"]);
});

test("a file of before, with digests of tools alone, is read", () => {
  const { tools } = pins.digests;
  const before = { ...pins, digests: { tools }, digest: digestOf({ tools }) };
  expect(codes(before)).toEqual([]);
});

// biome-ignore format: table
test.each([
  ["a changed description", { ...pins, tools: [{ ...pins.tools[0]!, description: "x" }, ...pins.tools.slice(1)] }, ["P0503"]],
  ["a tool more",           { ...pins, tools: [...pins.tools, { ...pins.tools[0]!, name: "extra" }] },             ["P0503"]],
  ["a tool less",           { ...pins, tools: pins.tools.slice(1) },                                               ["P0503"]],
  ["a changed prompt",      { ...pins, prompts: [{ ...pins.prompts[0]!, description: "x" }, ...pins.prompts.slice(1)] }, ["P0503"]],
  ["a prompt more",         { ...pins, prompts: [...pins.prompts, { name: "extra" }] },                            ["P0503"]],
  ["no resources",          { ...pins, resources: [] },                                                            ["P0503"]],
  ["another digest",        { ...pins, digest: "sha256-0" },                                                       ["P0503"]],
  ["no digests",            { ...pins, digests: undefined },                                                       ["P0503"]],
  ["a name twice",          { ...pins, tools: [...pins.tools, pins.tools[0]!] },                                   ["P0506"]],
  ["another version",       { ...pins, mcpolicyPins: 2 },                                                          ["P0502"]],
  ["no tools",              { ...pins, tools: undefined },                                                         ["P0502"]],
  ["a tool without schema", { ...pins, tools: [{ name: "a" }] },                                                   ["P0502"]],
  ["a lone surrogate",      { ...pins, tools: [{ ...pins.tools[0]!, description: "\ud800" }, ...pins.tools.slice(1)] }, ["P0503"]],
  ["an odd name, listed",   { tools: [{ name: "rm -rf", inputSchema: {} }] },                                      ["P0502"]],
  ["a surrogate, listed",   { tools: [{ name: "a", inputSchema: {}, description: "\ud800" }] },                    ["P0502"]],
  ["no object",             [],                                                                                    ["P0502"]],
  ["no JSON",               "{",                                                                                   ["P0502"]],
  ["nothing",               "",                                                                                    ["P0502"]],
])("%s gives no pins", (_name, value, expected) => {
  expect(codes(value)).toEqual(expected);
  expect(read(value).pins).toBeUndefined();
});
