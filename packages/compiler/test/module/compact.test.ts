import { js } from "@mcpolicy/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compactLine } from "../../src/module/compact.ts";

test("takes the space that only people need, and none within texts", () => {
  expect(compactLine('  return a && b === "x  ( y )" ? f(c, d) : { "e , f": [ 1, 2 ] };  ')).toBe(
    'return a&&b==="x  ( y )"?f(c,d):{"e , f":[1,2]};',
  );
});

test("generated code says the same", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'ab "\\(){},:;=<>!&|?\n\u2028`$') }),
      fc.jsonValue(),
      (text, json) => {
        const code = js`return [ ${text} , ${{ json: [text, json] }}, ( ${text} === ${text} ) ? ${text} : null ]`;
        expect(new Function(compactLine(code.text))()).toEqual(new Function(code.text)());
      },
    ),
  );
});
