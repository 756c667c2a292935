import { describe, expect, it } from "vitest";
import { lineOf } from "../../src/wire/line-of.ts";
import { Lines } from "../../src/wire/lines.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const texts = (lines: readonly (Uint8Array | undefined)[]) =>
  lines.map((line) => (line === undefined ? undefined : new TextDecoder().decode(line)));

describe("Lines", () => {
  it("gives the same lines however the bytes are cut", () => {
    const whole = bytes('{"a":1}\n\n \r\n{"ü":2}\r\n{"b":3}');
    for (let size = 1; size <= whole.length; size++) {
      const lines = new Lines(100);
      const got: (Uint8Array | undefined)[] = [];
      for (let at = 0; at < whole.length; at += size) got.push(...lines.push(whole.subarray(at, at + size)));
      got.push(...lines.rest());
      expect(texts(got)).toEqual(['{"a":1}', '{"ü":2}\r', '{"b":3}']);
    }
  });

  it("throws away a line beyond the bound, once, and goes on", () => {
    const lines = new Lines(5);
    expect(texts(lines.push(bytes("12345\n123456\nab\n")))).toEqual(["12345", undefined, "ab"]);
    expect(
      texts([...lines.push(bytes("1234")), ...lines.push(bytes("5678")), ...lines.push(bytes("9\nok\n"))]),
    ).toEqual([undefined, "ok"]);
    expect(lines.rest()).toEqual([]);
  });
});

describe("lineOf", () => {
  it("holds no end of a line but its own", () => {
    const text = "a\n\r\u0085\u2028\u2029\u000b\u000c\u001cb";
    const line = lineOf({ text });
    expect(line.slice(0, -1)).not.toMatch(/[\n\r\u0085\u2028\u2029\u000b\u000c\u001c]/);
    expect(line.endsWith("\n")).toBe(true);
    expect(JSON.parse(line)).toEqual({ text });
  });
});
