import { join } from "node:path";
import { fromIoredis, redisApprovals } from "@mcpolicy/state-redis";
import { hasRedisServer, startServer } from "@mcpolicy/state-redis/local";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { Redis } from "ioredis";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Answering, answerQuestion, openQuestions } from "../../src/approvals/answering.ts";
import { approved } from "./approved-policy.ts";

const isThere = hasRedisServer();
if (!isThere) {
  const what = "there is no `redis-server` on the path: approvals of several processes are not tested";
  if (process.env["CI"] === "true") throw new Error(what);
  console.warn(`SKIPPED: ${what}`);
}

const boss = { id: "boss", roles: ["lead"] };
const read = (path: string) => ({ name: "read", arguments: { path } });

/** A proxy of its own process, with a client. */
async function proxied(store: string): Promise<Client> {
  const [proxy = "", server = ""] = ["stdio-proxy.ts", "stdio-server.ts"].map((name) =>
    join(import.meta.dirname, name),
  );
  const source = "--conditions=@mcpolicy/source";
  const args = [source, proxy, store, process.execPath, source, server];
  const client = new Client({ name: "test", version: "1" });
  onTestFinished(() => client.close());
  await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: "ignore" }));
  return client;
}

async function approveAll(answering: Answering): Promise<number> {
  const seen = await openQuestions(answering, boss, 10);
  for (const { question } of seen) {
    const answered = await answerQuestion(answering, question.id, { approved: true, by: boss });
    expect(answered.kind).toBe("answered");
  }
  return seen.length;
}

describe.skipIf(!isThere)("two proxies that share a Redis, and an approver in a third process", () => {
  it("ask once, and let one call through, whichever is asked", { timeout: 120_000 }, async () => {
    const server = await startServer();
    const redis = new Redis(server.port);
    onTestFinished(async () => {
      redis.disconnect();
      await server.stop();
    });
    const answering = {
      approvals: redisApprovals({ client: fromIoredis(redis), policy: "approved" }),
      policy: approved.ir,
    };
    const store = `redis://127.0.0.1:${server.port}`;
    const [here, there] = await Promise.all([proxied(store), proxied(store)]);

    for (const proxy of [here, there, here]) expect(await proxy.callTool(read("/a"))).toMatchObject({ isError: true });
    expect(await approveAll(answering)).toBe(1);
    expect(await there.callTool(read("/b"))).toMatchObject({ isError: true });
    expect(await there.callTool(read("/a"))).not.toHaveProperty("isError");
    for (const proxy of [here, there]) expect(await proxy.callTool(read("/a"))).toMatchObject({ isError: true });

    // What was approved is used by one of many that are made at once.
    expect(await approveAll(answering)).toBe(2);
    const calls = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? here : there).callTool(read("/a")));
    const through = (await Promise.all(calls)).filter(({ isError }) => isError !== true);
    expect(through).toHaveLength(1);
  });
});
