import { resolve } from "node:path";
import { expect, it } from "vitest";
import { policy } from "./policy.ts";

const cwd = resolve(import.meta.dirname, "../../../policies/zero-trust-guide");

it("the guide's example is a deployment of which everything holds that can be told without its proxy and its log", async () => {
  const { out, code } = await policy(["doctor", "--format", "json"], { cwd });
  const { checks } = JSON.parse(out) as {
    readonly checks: readonly { readonly name: string; readonly status: string }[];
  };
  const open = checks.filter(({ status }) => status !== "holds").map(({ name, status }) => `${name} ${status}`);
  const notTold = [
    ...["callers-verified", "revocations-known", "grants-used", "log-written"],
    ...["log-verifies", "log-complete", "log-of-this-policy", "pins-fresh"],
  ];
  expect(open).toEqual(notTold.map((name) => `${name} unchecked`));
  expect(code).toBe(0);
});

it("its files are those that are made of it; `policy isolate` renews them", async () => {
  expect(await policy(["isolate", "--check"], { cwd })).toEqual({ code: 0, out: "", err: "" });
});

it.each([
  ["developer", 0],
  ["readonly", 1],
])("for its skill the role %s ends with %d", async (role, code) => {
  const run = await policy(["needs", "skills/review/SKILL.md", "--check", role], { cwd });
  expect(run.code).toBe(code);
});
