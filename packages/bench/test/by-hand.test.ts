import { read } from "@mcpolicy/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loaded, requestOf } from "../src/engines/mcpolicy.ts";
import { readPath } from "../src/rule-sets/path-by-hand.ts";
import { prefixes } from "../src/rule-sets/prefixes.ts";
import { w1 } from "../src/rule-sets/w1.ts";
import { isValidByHand } from "../src/rule-sets/w1-validation-by-hand.ts";
import { w2 } from "../src/rule-sets/w2.ts";
import { toPolicy } from "../src/rules/to-policy.ts";
import { requests } from "../src/workloads/validation.ts";

const piece = fc.constantFrom(
  ..."/ // . .. a b.ts .git .env workspace src tmp %20 %2e %2f %c3%a4 %C2%A0 %c2%80 %ed%a0%80 %f4%90%80%80 %e0%80%80".split(
    " ",
  ),
  ..."% %2 \\ ~ ä 😀 \ud800 \udc00 \u0000 \u007f \u0085 C: data 1 0".split(" "),
  " ",
);
const path = fc.oneof(
  fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join("")),
  fc.array(piece, { maxLength: 8 }).map((pieces) => `/workspace/${pieces.join("/")}`),
);

test("a path is read by hand as the language reads it", () => {
  fc.assert(
    fc.property(path, (text) => {
      expect(readPath(text)).toBe(read({ kind: "path" }, text, undefined));
    }),
    { numRuns: 3000 },
  );
});

describe.for([w1(), w2(10), w2(1000), prefixes(10), prefixes(1000)])("$name", (set) => {
  test("allows and denies a good share of its requests", () => {
    const allowed = set.requests.filter(set.byHand).length / set.requests.length;
    expect(allowed).toBeGreaterThan(0.2);
    expect(allowed).toBeLessThan(0.8);
  });

  test("is answered alike by hand, with paths taken as texts, and by the policy", async () => {
    const policy = await loaded(set);
    for (const request of set.requests.slice(0, 2000)) {
      const right = set.byHand(request);
      expect(set.byHandRaw(request), JSON.stringify(request)).toBe(right);
      expect(policy.authorizes(requestOf(request)), JSON.stringify(request)).toBe(right);
    }
  });

  test("is answered alike by hand and by the policy wherever a path leads", async () => {
    const policy = await loaded(set);
    const withPath = set.requests.filter(({ args }) => "path" in args || "root" in args);
    fc.assert(
      fc.property(fc.constantFrom(...withPath), path, ({ args, ...request }, text) => {
        const name = "root" in args ? "root" : "path";
        const asked = { ...request, args: { ...args, [name]: text.toWellFormed() } };
        expect(policy.authorizes(requestOf(asked)), JSON.stringify(asked)).toBe(set.byHand(asked));
      }),
      { numRuns: 500 },
    );
  });
});

test("arguments are validated by hand as by the schemas", async () => {
  const policy = await loaded(w1());
  const asked = requests();
  const invalid = asked.filter((request) => !isValidByHand(request));
  expect(invalid.length).toBeGreaterThan(400);
  for (const request of asked) {
    const isValid = policy.validate("tools", request.tool, request.args).length === 0;
    expect(isValidByHand(request), JSON.stringify(request)).toBe(isValid);
  }
});

test("very many rules stand in several files, of which none is too long to be read", () => {
  const { "tools.json": _, "policy.mcpolicy": policy = "", ...others } = toPolicy(w2(25_000));
  const imported = [...policy.matchAll(/^import "(.+)"$/gm)].map(([, file]) => file);
  expect(imported).toEqual(Object.keys(others));
  for (const text of [policy, ...Object.values(others)]) expect(text.length).toBeLessThan(2 ** 20);
  const rules = Object.values(others).flatMap((text) => text.match(/^allow /gm) ?? []);
  expect(rules).toHaveLength(25_000);
});
