import { createHash, createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { canonicalJson, recordSalt, saltedDigest } from "../src/index.ts";

const secret = new Uint8Array(32).fill(9);

test("a salt is HMAC-SHA-256 over the record's id, then over the path", () => {
  const ofRecord = createHmac("sha256", secret).update("record-1").digest();
  const wanted = createHmac("sha256", ofRecord).update("/arguments/path").digest();
  expect(Buffer.from(recordSalt(secret, "record-1")("/arguments/path"))).toEqual(wanted);
});

test("a digest is SHA-256 over the salt and the canonical text", () => {
  const salt = recordSalt(secret, "record-1")("/arguments/path");
  const value = { b: [1, "ä"], a: null };
  const wanted = createHash("sha256").update(salt).update(canonicalJson(value)).digest("hex");
  expect(saltedDigest(salt, value)).toBe(`salted-sha256-${wanted}`);
  expect(saltedDigest(salt, { a: null, b: [1, "ä"] })).toBe(saltedDigest(salt, value));
  expect(() => saltedDigest(salt, Number.NaN)).toThrow(TypeError);
});

test("the same value has another digest under another path, in another record, in another log", () => {
  const digests = [
    saltedDigest(recordSalt(secret, "record-1")("/arguments/a"), "yes"),
    saltedDigest(recordSalt(secret, "record-1")("/arguments/b"), "yes"),
    saltedDigest(recordSalt(secret, "record-2")("/arguments/a"), "yes"),
    saltedDigest(recordSalt(new Uint8Array(32), "record-1")("/arguments/a"), "yes"),
  ];
  expect(new Set(digests).size).toBe(digests.length);
});
