import { expect, it } from "vitest";
import { Source } from "../src/source.ts";

it("gives one-based lines and columns in code points, in any order of asking", () => {
  const text = "ab\n😀c\r\n\ud800d\n";
  const source = new Source("a", text);
  const slow = (offset: number) => {
    const start = text.lastIndexOf("\n", offset - 1) + 1;
    return { line: text.slice(0, offset).split("\n").length, column: [...text.slice(start, offset)].length + 1 };
  };
  const offsets = [...text].map((_, index) => index).concat(text.length);
  for (const order of [offsets, offsets.toReversed(), offsets.flatMap((at) => [at, text.length - at])]) {
    for (const offset of order) expect(source.position(offset), String(offset)).toEqual(slow(offset));
  }
  expect(source.position(5)).toEqual({ line: 2, column: 2 });
});

it("takes an offset beyond the text for its end", () => {
  expect(new Source("a", "x").position(9)).toEqual({ line: 1, column: 2 });
  expect(new Source("a", "").position(-1)).toEqual({ line: 1, column: 1 });
});

it("gives a line without its line break", () => {
  const source = new Source("a", "ab\r\ncd\n");
  expect([source.line(1), source.line(2), source.line(3), source.line(4)]).toEqual(["ab", "cd", "", ""]);
  expect(source.lineCount).toBe(3);
});
