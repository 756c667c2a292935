import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Artifact, artifactText, digestOf, type PolicyIr } from "@mcpolicy/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { everyAbility } from "../src/index.ts";
import { loadPolicy, type Reload, reloadingPolicy } from "../src/node.ts";
import { call, head, policy, rule } from "./small-policies.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mcpolicy-"));
  file = join(folder, "policy.json");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const artifactOf = (ir: PolicyIr): Artifact => ({ mcpolicyArtifact: 1, digest: digestOf(ir), policy: ir });
const open = artifactOf(policy([rule({ id: "open", effect: "allow" })]));
const shut = artifactOf(policy([rule({ id: "shut", effect: "deny" })]));
const abilities = everyAbility;

/** As `policy build` does: a reader sees the old file or the new one. */
function replace(text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

describe("loadPolicy", () => {
  test("loads what is in a file", async () => {
    replace(artifactText(open));
    const loaded = await loadPolicy(file, { abilities });
    expect(loaded.digest).toBe(open.digest);
    expect(loaded.permits(call({}))).toBe(true);
  });

  test("takes a text in any layout, and no other policy than was digested", async () => {
    replace(JSON.stringify(open, undefined, 2));
    expect((await loadPolicy(file)).digest).toBe(open.digest);
    replace(artifactText(open).replace('"effect":"allow"', '"effect":"deny"'));
    await expect(loadPolicy(file)).rejects.toMatchObject({ code: "P0603" });
    replace(artifactText(open).slice(0, -10));
    await expect(loadPolicy(file)).rejects.toMatchObject({ code: "P0601" });
    await expect(loadPolicy(join(folder, "nowhere.json"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("takes the policy that is expected, and no other", async () => {
    replace(artifactText(open));
    const pins = { fs: { read: "sha256-0" } };
    await expect(loadPolicy(file, { expected: { digest: open.digest, pins } })).resolves.toBeDefined();
    await expect(loadPolicy(file, { expected: { digest: shut.digest } })).rejects.toMatchObject({ code: "P0606" });
    for (const other of [{ fs: { read: "sha256-1" } }, { fs: {} }, { web: {} }]) {
      await expect(loadPolicy(file, { expected: { pins: other } })).rejects.toMatchObject({ code: "P0606" });
    }
  });
});

describe("reloadingPolicy", () => {
  test("takes a new policy as a whole, and tells of it", async () => {
    replace(artifactText(open));
    const told: Reload[] = [];
    const held = await reloadingPolicy(file, { abilities, onReload: (reload) => told.push(reload) });
    const before = held.policy;
    expect(await held.reload()).toEqual({ kind: "unchanged" });
    replace(artifactText(shut));
    expect(held.policy).toBe(before);
    expect(await held.reload()).toMatchObject({ kind: "loaded", before: open.digest });
    expect(held.policy.digest).toBe(shut.digest);
    expect(held.policy.permits(call({}))).toBe(false);
    // Whoever took the old one for a request ends the request with it.
    expect(before.permits(call({}))).toBe(true);
    expect(told.map(({ kind }) => kind)).toEqual(["loaded"]);
  });

  test.for([
    ["half written", (text: string) => text.slice(0, 100), "P0601"],
    ["changed by hand", (text: string) => text.replace('"deny"', '"allow"'), "P0603"],
    ["of another version", (text: string) => text.replace('"mcpolicyArtifact":1', '"mcpolicyArtifact":2'), "P0602"],
    ["empty", () => "", "P0601"],
  ] as const)("keeps the old policy where the new one is %s, and says why", async ([, broken, code]) => {
    replace(artifactText(open));
    const told: Reload[] = [];
    const held = await reloadingPolicy(file, { abilities, onReload: (reload) => told.push(reload) });
    replace(broken(artifactText(shut)));
    expect(await held.reload()).toMatchObject({ kind: "kept", code });
    await held.reload();
    expect(held.policy.digest).toBe(open.digest);
    expect(held.policy.permits(call({}))).toBe(true);
    expect(told, "once").toHaveLength(1);
    replace(artifactText(shut));
    expect(await held.reload()).toMatchObject({ kind: "loaded" });
    expect(held.policy.permits(call({}))).toBe(false);
  });

  test("keeps it where the file is gone, and where the new policy asks for more than the host carries out", async () => {
    replace(artifactText(open));
    const held = await reloadingPolicy(file);
    rmSync(file);
    expect(await held.reload()).toMatchObject({
      kind: "kept",
      code: undefined,
      why: expect.stringContaining("ENOENT"),
    });
    const asking = policy([rule({ id: "open", effect: "allow" })], {
      requires: [{ ...head("mfa"), duty: { kind: "mfa" }, valid: 1 }],
    });
    replace(artifactText(artifactOf(asking)));
    expect(await held.reload()).toMatchObject({ kind: "kept", code: "P0605" });
    expect(held.policy.digest).toBe(open.digest);
  });

  test("sees by itself that a file, or a link to it, was replaced", async () => {
    const link = join(folder, "link.json");
    const [first, second] = [join(folder, "1.json"), join(folder, "2.json")];
    writeFileSync(first, artifactText(open));
    writeFileSync(second, artifactText(shut));
    symlinkSync(first, link);
    const { promise, resolve } = Promise.withResolvers<Reload>();
    const held = await reloadingPolicy(link, { every: 5, onReload: resolve });
    symlinkSync(second, `${link}.new`);
    renameSync(`${link}.new`, link);
    expect(await promise).toMatchObject({ kind: "loaded" });
    expect(held.policy.digest).toBe(shut.digest);
    held.close();
  });

  test("what is told may throw: the policy is in force all the same", async () => {
    replace(artifactText(open));
    const held = await reloadingPolicy(file, {
      onReload: () => {
        throw new Error("the log is full");
      },
    });
    replace(artifactText(shut));
    expect(await held.reload()).toMatchObject({ kind: "loaded" });
    expect(held.policy.digest).toBe(shut.digest);
  });

  test("begins with a good policy, or not at all", async () => {
    replace("{}");
    await expect(reloadingPolicy(file)).rejects.toMatchObject({ code: "P0601" });
  });
});
