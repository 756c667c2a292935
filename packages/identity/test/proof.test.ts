import { digestOf } from "@mcpolicy/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ApprovalCall,
  differenceOf,
  openApproval,
  proofKeysOf,
  type SealedApproval,
  sealApproval,
} from "../src/proof.ts";
import { now } from "./policies.ts";

const bytes = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (at * 31 + seed) % 256);
const iv = bytes(12, 5);
const [march, april] = [
  { kid: "2026-03", bytes: bytes(32, 1) },
  { kid: "2026-04", bytes: bytes(32, 2) },
];
const keys = await proofKeysOf([april, march], "https://mcp.example.com");

const call: ApprovalCall = {
  principal: "dev@example.com",
  tenant: "acme",
  client: "cli",
  server: "fs",
  method: "tools/call",
  operation: "write_file",
  arguments: digestOf({ path: "/workspace/a", content: "x" }),
  inputs: digestOf({ answers: {} }),
  pin: digestOf("pin"),
  policy: digestOf("policy"),
};
const approval: SealedApproval = {
  call,
  asked: [
    {
      duty: { kind: "approval", from: { anyone: false, roles: ["lead"], ids: [] } },
      rules: ["writes are asked for"],
      nonce: "AAAAAAAAAAAAAAAAAAAAAA",
    },
  ],
  issuedAt: now,
  expiresAt: now + 600_000,
  requestState: "the server's own",
};
const sealed = await sealApproval(approval, keys, iv);

describe("a sealed question", () => {
  test("opens as it was, until it is too old", async () => {
    expect(await openApproval(sealed, keys, now)).toEqual({ kind: "opened", approval });
    expect((await openApproval(sealed, keys, now + 599_999)).kind).toBe("opened");
    expect(await openApproval(sealed, keys, now + 600_000)).toEqual({ kind: "refused", why: "it is too old" });
    expect(await openApproval(sealed, keys, now - 60_001)).toEqual({ kind: "refused", why: "it is from the future" });
  });

  test("shows nothing of what it asks", () => {
    expect(sealed).toMatch(/^mcpolicy-approval\.v1\.2026-04\.[\w-]+\.[\w-]+$/);
    for (const secret of ["lead", "writes", "dev@example"]) {
      expect(Buffer.from(sealed.split(".").at(-1)!, "base64url").includes(secret)).toBe(false);
    }
  });

  test("survives a new key, and not the loss of its own", async () => {
    const may = { kid: "2026-05", bytes: bytes(32, 3) };
    const renewed = await proofKeysOf([may, april], keys.audience);
    expect((await openApproval(sealed, renewed, now)).kind).toBe("opened");
    expect(await sealApproval(approval, renewed, iv)).toMatch(/^mcpolicy-approval\.v1\.2026-05\./);
    const forgot = await proofKeysOf([may], keys.audience);
    expect(await openApproval(sealed, forgot, now)).toEqual({
      kind: "refused",
      why: "it was sealed with a key that is not held",
    });
  });

  test("is of no use at another server, or under another key's name", async () => {
    const elsewhere = await proofKeysOf([april], "https://other.example.com");
    const why = "it was changed, or sealed for somebody else";
    expect(await openApproval(sealed, elsewhere, now)).toEqual({ kind: "refused", why });
    const renamed = await proofKeysOf([{ ...april, kid: "2026-03" }], keys.audience);
    expect(await openApproval(sealed.replace("2026-04", "2026-03"), renamed, now)).toEqual({ kind: "refused", why });
  });

  test("with one character changed is refused", async () => {
    const letter = fc.constantFrom(..."ABCXYZabcxyz0189-_.=+/ \n");
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: sealed.length }), letter, fc.boolean(), async (at, each, isInserted) => {
        const text = sealed.slice(0, at) + each + sealed.slice(isInserted ? at : at + 1);
        fc.pre(text !== sealed);
        expect((await openApproval(text, keys, now)).kind).toBe("refused");
      }),
    );
  });

  test("is refused where a caller sends anything else", async () => {
    const near = fc
      .array(fc.oneof(fc.string(), fc.base64String()), { maxLength: 5 })
      .map((parts) => `mcpolicy-approval.v1.${parts.join(".")}`);
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), near), async (text) => {
        expect((await openApproval(text, keys, now)).kind).toBe("refused");
      }),
    );
    expect((await openApproval(`${sealed}${"A".repeat(65_536)}`, keys, now)).kind).toBe("refused");
  });

  test("of another version, or about less than a call, is refused", async () => {
    for (const odd of [
      {},
      [],
      { ...approval, call: {} },
      { ...approval, asked: [] },
      { ...approval, asked: [{ ...approval.asked[0], nonce: 1 }] },
      { ...approval, inputResponses: [] },
      { ...approval, expiresAt: "x" },
    ]) {
      const text = await sealApproval(odd as SealedApproval, keys, iv);
      expect(await openApproval(text, keys, now)).toEqual({
        kind: "refused",
        why: "what was sealed is no question of this version",
      });
    }
  });

  test("is not made where it could not be opened", async () => {
    await expect(sealApproval({ ...approval, requestState: "x".repeat(65_536) }, keys, iv)).rejects.toThrow(RangeError);
    await expect(sealApproval(approval, keys, bytes(11, 0))).rejects.toThrow(RangeError);
  });
});

describe("an approval is for one call", () => {
  test.for(Object.keys(call) as (keyof ApprovalCall)[])("%s", (name) => {
    expect(differenceOf(call, call)).toEqual([]);
    expect(differenceOf(call, { ...call, [name]: `${call[name]} ` })).toEqual([name]);
    const { [name]: _, ...without } = call;
    expect(differenceOf(call, without as ApprovalCall)).toEqual([name]);
  });
});

test.for([
  [[], "no key to seal with"],
  [[{ kid: "a", bytes: bytes(16, 0) }], "has 16 bytes"],
  [[{ kid: "a.b", bytes: bytes(32, 0) }], "a key's name"],
  [[{ kid: "", bytes: bytes(32, 0) }], "a key's name"],
  [[march, march], "two keys"],
] as const)("keys %#: %s", async ([given, message]) => {
  await expect(proofKeysOf(given, "https://mcp.example.com")).rejects.toThrow(message);
});
