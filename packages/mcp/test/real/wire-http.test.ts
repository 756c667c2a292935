import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { GatewayServer } from "../../src/http/index.ts";
import { gatewayBefore } from "../http/gateways.ts";
import { policyText } from "../policy-text.ts";
import { answers, capabilities, entryOf, everything, filesystem, heard, memory, type Talker } from "./conversations.ts";
import { everythingOnHttp } from "./everything-on-http.ts";
import { HttpClient } from "./http-client.ts";
import { RawClient } from "./raw-client.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "mcpolicy-wire-http-")));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "a.txt"), "a\n");

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const policy = policyText('server it untyped\nallow "all" anyone to everything');

type Run = (client: Talker) => Promise<void>;

/** What a client hears on HTTP. */
async function onHttp(url: string, run: Run): Promise<readonly unknown[]> {
  const client = new HttpClient(url, answers);
  await client.open(capabilities);
  await run(client);
  await client.close();
  return heard(client);
}

/** The same from a server on stdio, with nothing between. */
async function onStdio(args: readonly string[], run: Run): Promise<readonly unknown[]> {
  const client = new RawClient(process.execPath, args, answers);
  await client.open(capabilities);
  await run(client);
  await client.close();
  return heard(client);
}

async function throughGateway(upstream: GatewayServer["upstream"], run: Run): Promise<readonly unknown[]> {
  const settings = { elicitation: { hosts: ["example.org", "modelcontextprotocol.io"] } };
  const gateway = await gatewayBefore(upstream, { policy, server: { server: "it", settings } });
  closing.push(gateway.close);
  return onHttp(`${gateway.url}/mcp`, run);
}

describe("under a policy that allows everything, the wire on HTTP is the same", () => {
  it("of server-everything, on HTTP itself", async () => {
    const { url, stop } = await everythingOnHttp();
    closing.push(stop);
    const direct = await onHttp(url, everything);
    expect(await throughGateway({ kind: "http", url }, everything)).toEqual(direct);
    expect(direct.length).toBeGreaterThan(40);
  });

  it("of server-memory, which the gateway starts", async () => {
    const args = [entryOf("server-memory")];
    const direct = await onStdio(args, memory);
    expect(await throughGateway({ kind: "stdio", command: process.execPath, args }, memory)).toEqual(direct);
  });

  it("of server-filesystem, which the gateway starts", async () => {
    const run: Run = (client) => filesystem(client, folder);
    const args = [entryOf("server-filesystem"), folder];
    const direct = await onStdio(args, run);
    expect(await throughGateway({ kind: "stdio", command: process.execPath, args }, run)).toEqual(direct);
  });
});
