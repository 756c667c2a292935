import { expect, it } from "vitest";
import { randomIds } from "../../src/decide/random-ids.ts";

it("gives ids of 128 bits that never repeat, also across what is drawn at once", () => {
  const [one, other] = [randomIds(), randomIds()];
  const ids = Array.from({ length: 1_000 }, (_, at) => (at % 3 === 0 ? other : one)());
  expect(ids.filter((id) => !/^[0-9a-f]{32}$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});
