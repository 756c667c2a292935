import { describe, expect, test } from "vitest";
import { checkText, conditionOf, findings, withoutPlaces } from "./checked.ts";

/** A rule's condition without its places. */
const typed = (text: string): unknown => withoutPlaces(conditionOf(text));

describe("macros", () => {
  test("stand for what they say, as conditions and as values", () => {
    const plain = typed('allow "a" dev to fs.write_file when args.path under "/workspace" and size(args.content) < 10');
    const macros = `let inside(p, d) = p under d
let short(t, n) = len(t) < n
let len(t) = size(t)
allow "a" dev to fs.write_file when inside(args.path, "/workspace") and short(args.content, 10)`;
    expect(typed(macros)).toEqual(plain);
  });

  test("name their own quantified values apart from those around the call", () => {
    const text = `let anyUnder(list, dir) = some p in list: p under dir
let within(p, dirs) = some d in dirs: p == d
allow "a" dev to fs.read_multiple_files
  when every p in args.paths: within(p, ["/workspace/a"])`;
    expect(findings(checkText(text))).toEqual([]);
    const condition = typed(text) as { readonly body: { readonly variable: string; readonly body: unknown } };
    expect(condition.body.variable).not.toBe("p");
    expect(condition.body.body).toMatchObject({
      operand: {
        operands: [
          { root: "variable", variable: "p" },
          { root: "variable", variable: condition.body.variable },
        ],
      },
    });
  });

  test("an argument called like a macro's own name is not caught by it", () => {
    const text = `let has_it(list, x) = some p in list: p == x
allow "a" dev to fs.read_multiple_files when some p in args.paths: has_it(["/a", "/b"], p)`;
    const condition = typed(text) as { readonly body: { readonly variable: string; readonly body: unknown } };
    expect(condition.body.body).toMatchObject({
      operand: { operands: [{ variable: condition.body.variable }, { variable: "p" }] },
    });
  });

  test("see nothing of the place where they are called", () => {
    const text = `let open(d) = p under d
allow "a" dev to fs.read_multiple_files when every p in args.paths: open("/workspace")`;
    expect(findings(checkText(text))[0]).toBe("P0212 p");
  });

  test("facts about what they are called with hold inside", () => {
    const text = `let small(n) = n < 10
deny "d" fs.read_file when has args.head and not small(args.head)`;
    expect(findings(checkText(text))).toEqual([]);
    expect(findings(checkText('let small(n) = n < 10\ndeny "d" fs.read_file when small(args.head)'))).toEqual([
      "P0305 args.head",
    ]);
  });

  test("are called with as many operands as they take, and never stand alone", () => {
    const small = "let small(n) = n < 10\n";
    expect(findings(checkText(`${small}deny "d" fs.read_file when small(1, 2)`))).toEqual(["P0315 small(1, 2)"]);
    expect(findings(checkText(`${small}deny "d" fs.read_file when small`))).toEqual(["P0315 small"]);
    expect(findings(checkText(`${small}deny "d" fs.read_file when args.path == "{small}"`))).toContainEqual(
      expect.stringMatching(/^P0312/),
    );
  });

  test("take names that nothing else has", () => {
    expect(findings(checkText("let f(fs) = fs"))).toEqual(["P0206 fs"]);
    expect(findings(checkText("let f(x, x) = x"))).toEqual(["P0206 x"]);
    expect(findings(checkText("let f(args) = args"))).toEqual(["P0207 args"]);
    expect(findings(checkText('let f(x) = "/data/{x}"'))).toEqual(['P0312 "/data/{x}"']);
  });

  test("never call themselves", () => {
    expect(findings(checkText('let f(x) = f(x)\ndeny "d" fs.read_file when f(args.path)'))).toEqual(["P0222 f"]);
  });

  // Whoever expands it all first does not end.
  test("what doubles again and again is refused", () => {
    const doubling = Array.from({ length: 60 }, (_, i) => `let f${i + 1}(x) = f${i}(x) and f${i}(x)`).join("\n");
    const found = findings(checkText(`let f0(x) = x == "a"\n${doubling}\ndeny "d" fs.read_file when f60(args.path)`));
    expect(found.map((each) => each.slice(0, 5))).toEqual(["P0219"]);
    const nested = Array.from({ length: 60 }, () => "d(").join("");
    const found2 = findings(checkText(`let d(x) = x + x\ndeny "d" fs.read_file when ${nested}1${")".repeat(60)} > 3`));
    expect(found2.map((each) => each.slice(0, 5))).toEqual(["P0219"]);
  });

  test("what nests ever deeper is refused before it costs the stack", () => {
    const deep = Array.from({ length: 150 }, (_, i) => `let f${i + 1}(x) = not (not (not f${i}(x)))`).join("\n");
    const found = findings(checkText(`let f0(x) = x == "a"\n${deep}\ndeny "d" fs.read_file when f150(args.path)`));
    expect(found.map((each) => each.slice(0, 5))).toEqual(["P0219"]);
  });

  test("may read history, which is looked at where they are called", () => {
    const seen = "let seen(d) = attempted fs.read_file with (its.args.path under d) in last 1h\n";
    expect(findings(checkText(`${seen}deny "d" fs.write_file when seen("/workspace")`))).toEqual([]);
    expect(
      findings(checkText(`${seen}allow "d" dev to fs.write_file when seen("/workspace")`)).map((each) =>
        each.slice(0, 5),
      ),
    ).toEqual(["P0322"]);
  });
});
