import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shellCommands } from "../../src/readers/shell.ts";

describe("simple commands of a text", () => {
  // biome-ignore format: table
  test.each([
    ["rm x", [["rm", "x"]]],
    ["a && b || c; d & e | f |& g\nh", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"], ["g"], ["h"]]],
    ["(a; { b; })", [["a"], ["b"]]],
    ["if a; then b; else c; fi", [["a"], ["b"], ["c"]]],
    ["while a; do b; done", [["a"], ["b"]]],
    ["! a", [["a"]]],
    ["A=1 B=2 c d=e", [["c", "d=e"]]],
    ["A=1", []],
    ["a >f 2>&1 <g b", [["a", "b"]]],
    ["a &>f", [["a"]]],
    ["a 2 >f", [["a", "2"]]],
    [">f a", [["a"]]],
    ["a 'b; c' \"d | e\" f\\ g", [["a", "b; c", "d | e", "f g"]]],
    ["a \\\n b", [["a", "b"]]],
    ["a # b; c\nd", [["a"], ["d"]]],
    ["a b#c", [["a", "b#c"]]],
    ["r''m x", [["rm", "x"]]],
    ["\\rm x", [["rm", "x"]]],
    ["", []],
  ])("%j are %j", (text, commands) => {
    expect(shellCommands(text)).toEqual({ commands, complete: true });
  });

  // biome-ignore format: table
  test.each([
    ["rm $x", []],
    ["a; rm $x; b", [["a"], ["b"]]],
    ["echo $(rm x)", [["rm", "x"]]],
    ["echo `rm x`", [["echo"], ["rm", "x"]]],
    ["a <(rm x)", [["a"], ["rm", "x"]]],
    ["echo \"$(rm x)\"", []],
    ["rm *", []],
    ["/bin/r? x", []],
    ["{rm,x}", []],
    ["~/rm x", []],
    ["a 'b", []],
    ["a \"b", []],
    ["!rm", []],
    ["a <<E\nrm x\nE", [["a"], ["rm", "x"], ["E"]]],
  ])("%j leaves open what runs beside %j", (text, commands) => {
    const found = shellCommands(text);
    if (text !== "a <(rm x)") expect(found.complete).toBe(false);
    expect(found.commands).toEqual(commands);
  });

  test("never throws", () => {
    const pieces = fc.constantFrom(
      "a",
      " ",
      "'",
      '"',
      "\\",
      "$",
      "(",
      ")",
      ";",
      ">",
      "<",
      "&",
      "|",
      "\n",
      "#",
      "`",
      "{",
      "}",
      "!",
      "=",
      "~",
      "*",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
        const { commands } = shellCommands(parts.join(""));
        for (const words of commands) expect(words.length).toBeGreaterThan(0);
      }),
      { numRuns: 3000 },
    );
  });

  test("a command before or behind another stays found", () => {
    const other = fc.constantFrom("true", "echo 'a;b'", "cat <f", "A=1", "(x)", "y >z 2>&1", "! w");
    const glue = fc.constantFrom(";", "&&", "||", "|", "&", "\n");
    fc.assert(
      fc.property(other, glue, other, glue, (before, first, behind, second) => {
        expect(shellCommands(`${before}${first} rm -rf / ${second}${behind}`).commands).toContainEqual([
          "rm",
          "-rf",
          "/",
        ]);
      }),
    );
  });
});
