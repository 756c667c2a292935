import fc from "fast-check";
import { expect, test } from "vitest";
import { compareRange, countRange, distinctRange, type Range, sumRange, textOfValue } from "../src/index.ts";

/** An event with what is true of it: whether it is meant, its value; and what is known of that. */
const events = fc.array(
  fc.record({
    meant: fc.boolean(),
    value: fc.integer({ min: -3, max: 3 }),
    isDoubted: fc.boolean(),
    isUnreadable: fc.boolean(),
  }),
  { maxLength: 6 },
);

type Events = typeof events extends fc.Arbitrary<infer T> ? T : never;

/** What is known: events that are surely not meant are none, of the others a doubted one is not sure. */
const known = (all: Events) =>
  all
    .filter(({ meant, isDoubted }) => meant || isDoubted)
    .map(({ isDoubted, isUnreadable, value }) => ({ sure: !isDoubted, value: isUnreadable ? undefined : value }));

const holds = ({ low, high }: Range, number: number) => low <= number && number <= high;

test("the range holds the true number, whatever is in doubt", () => {
  fc.assert(
    fc.property(events, (all) => {
      const meant = all.filter(({ meant }) => meant).map(({ value }) => value);
      const counted = known(all);
      const sure = counted.filter((each) => each.sure).length;
      expect(holds(countRange(sure, counted.length, false), meant.length)).toBe(true);
      expect(holds(distinctRange(counted, false, String), new Set(meant).size)).toBe(true);
      const sum = sumRange(counted, false);
      if (sum !== undefined)
        expect(
          holds(
            sum,
            meant.reduce((total, value) => total + value, 0),
          ),
        ).toBe(true);
    }),
  );
});

test("without doubt the range is that number", () => {
  fc.assert(
    fc.property(events, (all) => {
      const sure = all.map(({ value }) => ({ sure: true, value }));
      const values = all.map(({ value }) => value);
      const exactly = (number: number): Range => ({ low: number, high: number });
      expect(countRange(sure.length, sure.length, false)).toEqual(exactly(values.length));
      expect(distinctRange(sure, false, String)).toEqual(exactly(new Set(values).size));
      expect(sumRange(sure, false)).toEqual(exactly(values.reduce((total, value) => total + value, 0)));
    }),
  );
});

test("what was forgotten may have been any amount", () => {
  const one = [{ sure: true, value: 1 }];
  expect(countRange(1, 1, true)).toEqual({ low: 1, high: Number.POSITIVE_INFINITY });
  expect(distinctRange(one, true, String)).toEqual({ low: 1, high: Number.POSITIVE_INFINITY });
  expect(sumRange(one, true)).toEqual({ low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY });
});

test("values of different types are told apart, and equal ones are not", () => {
  const all = ["1", 1, "true", true, "[1]", [1], [1], "{}", {}, "1", '"1', "", null];
  const counted = all.map((value) => ({ sure: true, value }));
  expect(distinctRange(counted, false, textOfValue)).toEqual({ low: 11, high: 11 });
});

const operators = ["less", "at-most", "more", "at-least", "equal", "not-equal"] as const;
const plain = {
  less: (a: number, b: number) => a < b,
  "at-most": (a: number, b: number) => a <= b,
  more: (a: number, b: number) => a > b,
  "at-least": (a: number, b: number) => a >= b,
  equal: (a: number, b: number) => a === b,
  "not-equal": (a: number, b: number) => a !== b,
};

test("a comparison is known exactly where all whole numbers of the range answer alike", () => {
  const small = fc.integer({ min: -4, max: 4 });
  fc.assert(
    fc.property(fc.constantFrom(...operators), small, fc.nat(4), small, (operator, low, width, bound) => {
      const answers = new Set(Array.from({ length: width + 1 }, (_, step) => plain[operator](low + step, bound)));
      const [only] = answers;
      expect(compareRange(operator, { low, high: low + width }, bound)).toBe(answers.size === 1 ? only : undefined);
    }),
  );
});

test("a range that is none is unknown", () => {
  for (const operator of operators) {
    expect(compareRange(operator, { low: Number.NaN, high: Number.NaN }, 1)).toBeUndefined();
  }
});
