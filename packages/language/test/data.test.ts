import { describe, expect, test } from "vitest";
import type { TypedCondition } from "../src/typed.ts";
import { checkText, findings, withoutPlaces } from "./checked.ts";

const owners = `# who owns what
"/workspace/a": ann
"/workspace/b": bob
`;
const sizes = '{ "core": { "most": 10, "dirs": ["/workspace/a", "/workspace/b"] }, "web": { "most": 3, "dirs": [] } }';

function check(rule: string, files: Readonly<Record<string, string>> = {}) {
  const text = `data owners from "owners.yaml"\ndata sizes from "sizes.json"\n${rule}`;
  return checkText(text, { "owners.yaml": owners, "sizes.json": sizes, ...files });
}

function condition(written: string): TypedCondition {
  const checked = check(`allow "a" dev to fs.write_file when ${written}`);
  if (checked.policy === undefined) throw new Error(findings(checked).join("\n"));
  return checked.policy.rules[0]!.branches[0]!.condition;
}

describe("data", () => {
  test("is looked up by what a request brings; a path as it is read everywhere", () => {
    expect(withoutPlaces(condition("data.owners[args.path] == principal.id"))).toMatchObject({
      operand: {
        operator: "equal",
        operands: [
          {
            kind: "field",
            of: { kind: "constant", value: { "/workspace/a": "ann", "/workspace/b": "bob" } },
            key: { kind: "reference", root: "args", path: ["path"], as: { kind: "path" } },
            as: { kind: "string" },
          },
          { root: "principal", path: ["id"] },
        ],
      },
    });
    expect(withoutPlaces(condition("size(args.content) < data.sizes[principal.team].most"))).toMatchObject({
      operand: { operands: [{}, { kind: "field", key: "most", of: { kind: "field" } }] },
    });
    expect(findings(check('deny "d" fs.* when data.owners[tool.name] == "x"'))).toEqual([]);
  });

  test("constant steps give constants", () => {
    expect(withoutPlaces(condition("args.path under data.sizes.core.dirs"))).toMatchObject({
      operand: { operands: [{}, { kind: "constant", value: ["/workspace/a", "/workspace/b"] }] },
    });
    expect(withoutPlaces(condition('principal.id == data.owners["/workspace/a"]'))).toMatchObject({
      operand: { operands: [{}, { kind: "constant", value: "ann" }] },
    });
    expect(
      findings(check('let DIRS = data.sizes.core.dirs\ndeny "d" fs.write_file when args.path under DIRS')),
    ).toEqual([]);
  });

  test("what a table does not hold is an error where that is known", () => {
    expect(findings(check('deny "d" fs.* when data.owner["x"] == "x"'))).toEqual(["P0213 owner"]);
    expect(findings(check('deny "d" fs.* when data.sizes.cor.most > 3'))).toEqual(["P0213 cor"]);
    expect(findings(check('deny "d" fs.* when data.sizes.core.most == "x"'))).toEqual(['P0303 "x"']);
    expect(findings(check('deny "d" fs.* when owners[tool.name] == "x"'))).toEqual(["P0212 owners"]);
    expect(findings(check('deny "d" fs.* when data.sizes.core.dirs[7] == "x"'))).toHaveLength(1);
  });

  test("keys are names like any other", () => {
    const files = { "owners.yaml": '{ "__proto__": "ann", "constructor": "bob" }' };
    expect(findings(check('deny "d" fs.* when data.owners["__proto__"] == "ann"', files))).toEqual([]);
    expect(findings(check('deny "d" fs.* when data.owners["toString"] == "ann"', files))).toEqual(['P0213 "toString"']);
    const { policy } = check('deny "d" fs.* when data.owners[tool.name] == "ann"', files);
    const [branch] = policy!.rules[0]!.branches;
    const { operand } = branch!.condition as TypedCondition & { readonly kind: "atom" };
    const { of } = (operand as unknown as { operands: [{ of: { value: object } }] }).operands[0];
    expect(Object.keys(of.value)).toEqual(["__proto__", "constructor"]);
  });

  test.for([
    ["a key twice", "{ a: 1, a: 2 }"],
    ["a key twice, in JSON", '{ "a": 1, "a": 2 }'],
    ["broken", "{ a: [ }"],
    ["a tag", "a: !!js/function 1"],
    ["no finite number", "a: .inf"],
    ["a number that is not held exactly", "a: 12345678901234567890"],
    [
      "aliases without end",
      `a: &a [x,x]\n${"bcdefghijk"
        .split("")
        .map((at, i) => `${at}: &${at} [${`*${"abcdefghijk"[i]},`.repeat(9)}]`)
        .join("\n")}`,
    ],
    ["depth", `${"[".repeat(100)}1${"]".repeat(100)}`],
    ["a lone surrogate", '"\\ud800"'],
  ])("%s is no table", ([, text]) => {
    expect(findings(check("", { "owners.yaml": text! })).map((each) => each.slice(0, 5))).toEqual(["P0223"]);
  });

  test("a file that is not there", () => {
    expect(
      findings(checkText('data owners from "nowhere.json"\ndeny "d" fs.* when data.owners[tool.name] == "x"')),
    ).toEqual(['P0211 "nowhere.json"']);
  });
});
