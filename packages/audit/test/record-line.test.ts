import type { AuditRecord, DecisionRecord } from "@mcpolicy/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { recordLine, recordOf } from "../src/index.ts";
import { outsideData } from "./outside-data.ts";

const record: DecisionRecord = {
  kind: "decision",
  at: 1_795_341_600_000,
  id: "6f1c3b2a",
  server: "fs",
  from: "client",
  method: "tools/call",
  era: "legacy",
  caller: { id: "dev", roles: ["developer"] },
  operation: { kind: "tool", server: "fs", name: "read" },
  effect: "allow",
  reason: "rule",
  rules: [{ id: "r", matched: "true" }],
  policy: "sha256-0",
  arguments: { kept: "keys", names: ["path"] },
};

describe("the line of a record", () => {
  test("is its canonical JSON", () => {
    expect(recordLine(record)).toBe(
      '{"arguments":{"kept":"keys","names":["path"]},"at":1795341600000,"caller":{"id":"dev","roles":["developer"]},"effect":"allow","era":"legacy","from":"client","id":"6f1c3b2a","kind":"decision","method":"tools/call","operation":{"kind":"tool","name":"read","server":"fs"},"policy":"sha256-0","reason":"rule","rules":[{"id":"r","matched":"true"}],"server":"fs"}',
    );
  });

  test("reads back, and has nothing in it that steers a reader", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.jsonValue({ stringUnit: "binary" }), (text, value) => {
        const odd = { ...record, method: text, caller: { id: text, roles: [] }, notes: [JSON.stringify(value)] };
        const line = recordLine(odd);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(recordOf(line)).toEqual(odd);
      }),
    );
  });

  test("holds half a character as U+FFFD, in names too", () => {
    const odd = { ...record, method: "a\ud800", arguments: { kept: "full", values: { "\udc00": "\ud800" } } } as const;
    expect(recordOf(recordLine(odd))).toEqual({
      ...record,
      method: "a\ufffd",
      arguments: { kept: "full", values: { "\ufffd": "\ufffd" } },
    });
  });

  test("is not made of what is no JSON", () => {
    expect(() => recordLine({ ...record, at: Number.NaN })).toThrow(TypeError);
  });

  test("other lines are no records", () => {
    for (const line of ["", "{", "[]", "null", '{"kind":"decision"}', '{"kind":"other","at":1}', '{"at":1}']) {
      expect(recordOf(line)).toBeUndefined();
    }
  });

  const strings = outsideData<{ readonly payloads: readonly string[] }>(
    "attack-strings/naughty-strings.json",
    "515 strings that break software, as lines",
  );
  test.skipIf(strings === undefined)("stays one line, whatever a caller chooses", () => {
    for (const text of strings!.payloads) {
      const odd: AuditRecord = { ...record, method: text };
      const line = recordLine(odd);
      expect(line.split(/[\r\n\u0085\u2028\u2029]/)).toHaveLength(1);
      expect(recordOf(line)).toEqual({ ...record, method: text.toWellFormed() });
    }
  });
});
