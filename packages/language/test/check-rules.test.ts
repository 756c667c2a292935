import { describe, expect, test } from "vitest";
import { checkText, findings, rulesOf, withoutPlaces } from "./checked.ts";

const tool = (name: string) => ({ kind: "tool", server: "fs", name });

describe("capabilities", () => {
  const text = `capability read:files {
  fs.read_file, fs.list_directory when args.path under "/workspace"
  fs.read_multiple_files when every p in args.paths: p under "/workspace"
  resource fs "file:///workspace/**"
}
capability all:files {
  read:files unless context.time < 2026-01-01
  fs.write_file
}
`;

  test("unfold to a branch for each entry in a grant", () => {
    const [rule] = rulesOf(`${text}allow "r" dev to read:files when principal.team == "core"`);
    expect(rule!.branches.map((branch) => withoutPlaces(branch.operations))).toEqual([
      [tool("read_file"), tool("list_directory")],
      [tool("read_multiple_files")],
      [{ kind: "resource", server: "fs", glob: "file:///workspace/**" }],
    ]);
    expect(rule!.branches.map((branch) => branch.condition.kind)).toEqual(["and", "and", "atom"]);
  });

  test("bring the conditions of the capabilities that they name", () => {
    const [rule] = rulesOf(`${text}allow "r" dev to all:files`);
    expect(rule!.branches.map((branch) => branch.condition.kind)).toEqual(["and", "and", "not", "constant"]);
  });

  test("stand for their bare operations in a deny", () => {
    const [rule] = rulesOf(`${text}deny "d" all:files`);
    expect(rule!.branches).toHaveLength(1);
    expect(rule!.branches[0]!.condition).toMatchObject({ kind: "constant", value: true });
    expect(rule!.branches[0]!.operations).toHaveLength(5);
  });

  test("are granted by a role under an id of their own", () => {
    const rules = rulesOf(`${text}role reader { read:files }\nrole lead { reader, all:files }`);
    expect(rules.map((rule) => [rule.id, rule.effect, rule.who.roles])).toEqual([
      ["role reader: read:files", "allow", ["reader"]],
      ["role lead: all:files", "allow", ["lead"]],
    ]);
  });
});

describe("operations", () => {
  const names = (operations: string) =>
    rulesOf(`deny "d" ${operations}`)[0]!.branches.flatMap((branch) =>
      branch.operations.map((each) => ("name" in each ? `${each.server}.${each.name}` : JSON.stringify(each))),
    );

  test("wildcards expand over pinned names, and stay patterns on an untyped server", () => {
    expect(names("fs.read_*")).toEqual(["fs.read_file", "fs.read_multiple_files"]);
    expect(names("*.*_file")).toEqual([
      "fs.read_file",
      "fs.write_file",
      "fs.move_file",
      "fs.delete_file",
      '{"kind":"tool","server":"un","pattern":"*_file"}',
    ]);
    expect(names("un.x")).toEqual(["un.x"]);
  });

  test("`except` takes out", () => {
    expect(names("fs.* except fs.read_*, fs.list_directory")).toEqual([
      "fs.search_files",
      "fs.write_file",
      "fs.move_file",
      "fs.delete_file",
    ]);
    const [branch] = rulesOf('deny "d" un.* except un.read')[0]!.branches;
    expect(branch!.except).toEqual([{ kind: "tool", server: "un", name: "read" }]);
  });

  test("`everything of` a server is its tools, prompts, resources and what it asks of a client", () => {
    const kinds = rulesOf('deny "d" everything of fs')[0]!.branches[0]!.operations.map((each) => each.kind);
    expect(
      Object.fromEntries([...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => [kind, all.length])),
    ).toEqual({
      tool: 7,
      prompt: 2,
      resource: 1,
      completion: 1,
      sampling: 1,
      elicitation: 1,
      roots: 1,
    });
  });
});

describe("ids", () => {
  test("of nameless rules come from their text, whatever its layout and comments", () => {
    const id = (text: string) => rulesOf(text)[0]!.id;
    const one = id("deny fs.write_file");
    expect(one).toMatch(/^deny-[0-9a-f]{8}$/);
    expect(id("// why\ndeny   fs.write_file // here")).toBe(one);
    expect(id("deny fs.move_file")).not.toBe(one);
  });

  test("the same nameless rule twice is one rule", () => {
    expect(rulesOf("deny fs.write_file\ndeny fs.write_file")).toHaveLength(1);
  });

  test("a name stands once", () => {
    expect(findings(checkText('deny "x" fs.write_file\nallow "x" dev to fs.read_file'))).toEqual(['P0215 "x"']);
  });
});

test("order of statements changes neither rules nor roles", () => {
  const statements = [
    "role a { b, read:x }",
    "role b { }",
    "capability read:x { fs.read_file when args.path under base }",
    'let base = "/workspace"',
    'deny "d" a to fs.write_file',
  ];
  const view = (text: string) => {
    const { policy } = checkText(text);
    return {
      rules: policy!.rules.map((rule) => rule.id).sort(),
      roles: Object.entries(policy!.roles).sort(([x], [y]) => (x < y ? -1 : 1)),
    };
  };
  expect(view([...statements].reverse().join("\n"))).toEqual(view(statements.join("\n")));
});

describe("files", () => {
  test("an imported file counts once, and cycles are fine", () => {
    const checked = checkText('import "a.mcpolicy"\nimport "b.mcpolicy"', {
      "a.mcpolicy": 'mcpolicy 1\nimport "b.mcpolicy"\nrole a { b }',
      "b.mcpolicy": 'mcpolicy 1\nimport "a.mcpolicy"\nimport "p.mcpolicy"\nrole b { }',
    });
    expect(findings(checked)).toEqual([]);
    expect(checked.policy!.roles).toMatchObject({ a: ["a", "b"], b: ["b"] });
    expect(checked.syntax).toHaveLength(3);
  });

  test("a missing one is reported where it is named, and nothing is built", () => {
    const checked = checkText('import "gone.mcpolicy"');
    expect(findings(checked)).toEqual(['P0211 "gone.mcpolicy"']);
    expect(checked.policy).toBeUndefined();
  });
});

test("roles hold all that they include", () => {
  const { policy } = checkText("role a { b }\nrole b { c }\nrole c { }\nrole d { a, c }");
  expect(policy!.roles).toEqual({ dev: ["dev"], a: ["a", "b", "c"], b: ["b", "c"], c: ["c"], d: ["d", "a", "c", "b"] });
});

test("callers, dates and clauses are carried", () => {
  const [rule] = rulesOf(`shadow deny "d" dev or id "x@example.com" to fs.write_file
  because "no" note "why" from 2026-01-01 until 2026-02-01`);
  expect(rule).toMatchObject({
    who: { anyone: false, roles: ["dev"], ids: ["x@example.com"] },
    because: "no",
    note: "why",
    from: Date.UTC(2026, 0, 1),
    until: Date.UTC(2026, 1, 1),
    shadow: true,
  });
});
