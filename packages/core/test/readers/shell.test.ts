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
    ["A='b c' B=\"$x\" rm x", [["rm", "x"]]],
    ["A=$x B=~ rm x", [["rm", "x"]]],
    ["\"A=b\" rm x", [["A=b", "rm", "x"]]],
    ["time -p rm x", [["rm", "x"]]],
    ["for x do rm x; done", [["x"], ["rm", "x"]]],
    ["function f { rm x; }", [["f"], ["rm", "x"]]],
    ["coproc f { rm x; }", [["f"], ["rm", "x"]]],
    ["[ -f a ] && rm a", [["[", "-f", "a", "]"], ["rm", "a"]]],
    ["a >$x b", [["a", "b"]]],
    ["echo \"\\$(rm x)\"", [["echo", "$(rm x)"]]],
    ["", []],
  ])("%j are %j", (text, commands) => {
    expect(shellCommands(text)).toEqual({ commands, complete: true });
  });

  // biome-ignore format: table
  test.each([
    ["rm $x", [["rm", undefined]]],
    ["a; rm ${x}y; b", [["a"], ["rm", undefined], ["b"]]],
    ["$x rm", [[undefined, "rm"]]],
    ["r${x}m y", [[undefined, "y"]]],
    ["rm \"$x\" \"a $1 b\" c", [["rm", undefined, undefined, "c"]]],
    ["rm *", [["rm", undefined]]],
    ["/bin/r? x", [[undefined, "x"]]],
    ["{rm,x}", [[undefined]]],
    ["~/rm x", [[undefined, "x"]]],
    ["A[0]=b rm", [[undefined, "rm"]]],
    ["1$x>f rm", [[undefined, "rm"]]],
  ])("%j are %j: what expands is not known", (text, commands) => {
    expect(shellCommands(text)).toEqual({ commands, complete: true });
  });

  // biome-ignore format: table
  test.each([
    ["echo $(rm x)", [["echo", undefined], ["rm", "x"]]],
    ["echo `rm x`", [["echo"], ["rm", "x"]]],
    ["echo \"$(rm x)\"", [["echo", undefined]]],
    ["echo ${x:-$(rm x)}", [["echo", undefined], ["rm", "x"]]],
    ["a $'\\'' ; rm x; '...'", [["a", undefined]]],
    ["a $\"b\"", [["a", undefined]]],
    ["a 'b", [["a", undefined]]],
    ["a \"b", [["a", undefined]]],
    ["a \\", [["a", undefined]]],
    ["!rm", [[undefined]]],
    ["r@(m) x", [[undefined], ["m"], ["x"]]],
    ["a <<E\nrm x\nE", [["a"], ["rm", "x"], ["E"]]],
  ])("%j leaves open what runs beside %j", (text, commands) => {
    expect(shellCommands(text)).toEqual({ commands, complete: false });
  });

  test("a process substitution is a command as well", () => {
    expect(shellCommands("a <(rm x)").commands).toEqual([["a"], ["rm", "x"]]);
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
