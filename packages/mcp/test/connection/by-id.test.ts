import fc from "fast-check";
import { expect, test } from "vitest";
import { ById } from "../../src/connection/by-id.ts";

const id = fc.constantFrom<string | number>(0, 1, 2, "0", "1", "2", "");
const change = fc.record({ does: fc.constantFrom("set", "delete"), id, value: fc.nat() });

test("it holds what a map holds", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const [map, byId] = [new Map<string | number, number>(), new ById<number>()];
      for (const { does, id: at, value } of changes) {
        if (does === "delete") expect(byId.delete(at)).toBe(map.delete(at));
        else {
          map.set(at, value);
          byId.set(at, value);
        }
        expect(byId.size).toBe(map.size);
        expect(byId.values().toSorted()).toEqual([...map.values()].toSorted());
        for (const each of [0, 1, 2, "0", "1", "2", ""]) {
          expect(byId.get(each)).toBe(map.get(each));
          expect(byId.has(each)).toBe(map.has(each));
        }
      }
    }),
  );
});
