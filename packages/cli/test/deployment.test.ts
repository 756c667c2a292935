import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hasRedisServer } from "@mcpolicy/state-redis/local";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { policy } from "./policy.ts";

const root = join(import.meta.dirname, "../../..");
const example = join(root, "policies/deployment");
const hasRedis = hasRedisServer();
if (!hasRedis) console.warn("SKIPPED: there is no `redis-server` on the path, so policies/deployment is not run");

it.skipIf(!hasRedis && process.env["CI"] !== "true")(
  "the example runs without containers, as its script shows",
  () => {
    const script = join(root, "packages/cli/scripts/deployment.ts");
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--conditions=@mcpolicy/source", script], {
      encoding: "utf8",
    });
    expect(stdout.split("\n").filter((line) => line.startsWith("FAIL"))).toEqual([]);
    expect(stdout.match(/^ok /gm), stderr).toHaveLength(11);
    expect(stdout.match(/^the log holds$/gm)).toHaveLength(2);
    expect(status).toBe(0);
  },
  300_000,
);

it("its servers are isolated as the policy says, and its compose file includes that", async () => {
  expect(await policy(["isolate", ".", "--check"], { cwd: example })).toMatchObject({ code: 0 });
  const written = readFileSync(join(example, "deploy/compose.yaml"), "utf8");
  const compose = parse(readFileSync(join(example, "compose.yaml"), "utf8"));
  expect(compose.include).toEqual(["deploy/compose.yaml"]);
  const { networks, services } = parse(written);
  expect(services["mcp-everything"].networks).toEqual(["mcp-everything"]);
  const known = [...Object.keys(compose.networks), ...Object.keys(networks)];
  for (const { networks: own = [] } of Object.values(compose.services) as { networks?: string[] }[]) {
    for (const name of own) expect(known).toContain(name);
  }
});
