import { describe, expect, test } from "vitest";
import { type BranchIr, dispatch, dispatcher, type OperationIr, type PolicyIr, type ServerIr } from "../src/index.ts";

const tool = { digest: "", description: "", annotations: {}, schema: {} };
const server = (name: string, tools: readonly string[], untyped = false): ServerIr => ({
  name,
  untyped,
  trusted: false,
  tools: Object.fromEntries(tools.map((each) => [each, tool])),
  prompts: ["greet"],
});
const rule = (id: string, operations: readonly OperationIr[], except: readonly OperationIr[] = []) => {
  const branch: BranchIr = { operations, except, condition: { kind: "constant", truth: true } };
  const who = { anyone: true, roles: [], ids: [] };
  return {
    id,
    effect: "allow",
    place: { file: "", line: 1, column: 1 },
    who,
    branches: [branch],
    shadow: false,
  } as const;
};
const policy: PolicyIr = {
  version: 1,
  servers: [server("typed", ["read", "write", "unspoken"]), server("open", [], true)],
  roles: {},
  principal: {},
  context: {},
  rules: [
    rule("a name", [{ kind: "tool", server: "typed", name: "read" }]),
    rule("a name that is not there", [{ kind: "tool", server: "typed", name: "gone" }]),
    rule("two names", [
      { kind: "tool", server: "typed", name: "write" },
      { kind: "tool", server: "typed", name: "read" },
    ]),
    rule(
      "a pattern",
      [{ kind: "tool", server: "open", pattern: "get_*" }],
      [{ kind: "tool", server: "open", name: "get_secret" }],
    ),
    rule("a name of the open one", [{ kind: "tool", server: "open", name: "get_time" }]),
    rule("files", [{ kind: "resource", server: "typed", glob: "file:///**" }]),
    rule("a prompt", [{ kind: "prompt", server: "typed", name: "greet" }]),
  ],
} as unknown as PolicyIr;

const idsOf = ({ deciding }: { readonly deciding: ReturnType<typeof dispatch>[number]["deciding"] }) =>
  deciding.map(({ rule: { id } }) => id);

describe("dispatcher", () => {
  test("finds each subject that there is, and makes it once", () => {
    const made: string[] = [];
    const find = dispatcher(policy, (subject) => {
      made.push(`${subject.kind} ${subject.server.name} ${subject.name}`);
      return subject;
    });
    const all = dispatch(policy);
    expect(made).toEqual([]);
    for (const subject of [...all, ...all]) {
      expect(find(subject.kind, subject.server.name, subject.name)).toEqual(subject);
    }
    expect(made.toSorted()).toEqual(all.map(({ kind, server, name }) => `${kind} ${server.name} ${name}`).toSorted());
  });

  // biome-ignore format: table
  test.each([
    ["tool",     "typed",  "read",       ["a name", "two names"]],
    ["tool",     "typed",  "unspoken",   undefined],
    ["tool",     "typed",  "gone",       undefined],
    ["tool",     "typed",  "toString",   undefined],
    ["tool",     "nobody", "read",       undefined],
    ["prompt",   "typed",  "greet",      ["a prompt"]],
    ["prompt",   "typed",  "read",       undefined],
    ["resource", "typed",  undefined,    ["files"]],
    ["sampling", "typed",  undefined,    undefined],
    ["tool",     "open",   "get_time",   ["a pattern", "a name of the open one"]],
    // Further names: whoever decides looks at the name.
    ["tool",     "open",   "get_weather", ["a pattern"]],
    ["tool",     "open",   "get_secret", ["a pattern"]],
  ] as const)("%s %s %s", (kind, of, name, expected) => {
    const find = dispatcher(policy, idsOf);
    expect(find(kind, of, name)).toEqual(expected);
    expect(find(kind, of, name)).toEqual(expected);
  });

  test("throws each time what `make` throws, and lets nothing take the place of that subject", () => {
    const find = dispatcher(policy, (subject) => {
      if (subject.name === "get_time") throw new Error("boom");
      return subject;
    });
    expect(find("tool", "open", "get_weather")).toBeDefined();
    for (let time = 0; time < 3; time++) expect(() => find("tool", "open", "get_time")).toThrow("boom");
  });
});
