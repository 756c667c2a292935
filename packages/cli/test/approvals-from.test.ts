import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { memoryApprovals } from "@mcpolicy/runtime";
import { describe, expect, it } from "vitest";
import { abilitiesOf, approvalsFrom } from "../src/approvals/approvals-from.ts";
import { folderOf } from "./policy.ts";

const shared = memoryApprovals({ now: Date.now });
const around = { audience: "files", say: () => {} };
const key = randomBytes(32).toString("base64");
const folder = folderOf({
  keys: `2026-12 ${key}\n2026-11 ${randomBytes(32).toString("base64")}\n`,
  "short.keys": `a ${randomBytes(31).toString("base64")}\n`,
  "odd.keys": "a =notbase64\n",
  "long.keys": `a ${key} b\n`,
  secret: `whsec_${key}\n`,
  "weak.secret": "whsec_YWJj\n",
});
const at = (name: string): string => join(folder, name);

describe("what a proxy asks with", () => {
  it("is made of what settings say", async () => {
    const webhook = { url: "https://approve.example.com", secret: at("secret") };
    const { channel, close } = await approvalsFrom({ keys: at("keys"), wait: 1, webhook }, { ...around, shared });
    expect(channel).toHaveProperty("ask");
    await close();
  });

  // biome-ignore format: table
  it.each([
    ["keys that outlive the memory of what was spent", { keys: at("keys") },                       undefined, "keys of approvals are for instances that share state"],
    ["nobody to answer",                               { wait: 1 },                                undefined, "where do approvers answer?"],
    ["keys that are not there",                        { keys: at("none") },                       shared,    "cannot read"],
    ["a short key",                                    { keys: at("short.keys") },                 shared,    "has 31 bytes"],
    ["what is no base64",                              { keys: at("odd.keys") },                   shared,    "no base64"],
    ["more than a name and a key",                     { keys: at("long.keys") },                  shared,    "a name and a key"],
    ["a weak secret",                                  { webhook: { url: "https://a.example", secret: at("weak.secret") } }, shared, "less than 24 bytes"],
    ["a webhook that is none",                         { webhook: { url: "http://a.example", secret: at("secret") } },       shared, "takes an https URL"],
  ] as const)("is not made with %s", async (_, settings, store, message) => {
    await expect(approvalsFrom(settings, { ...around, shared: store })).rejects.toThrow(message);
  });

  it("says what it obtains", () => {
    expect(abilitiesOf({}, false).proofs).toEqual(["approval from caller", "justification"]);
    expect(abilitiesOf({}, true).proofs).toEqual(["approval from caller", "justification", "approval"]);
    expect(abilitiesOf({ folder: "asked" }, false).proofs).toContain("approval");
  });
});
