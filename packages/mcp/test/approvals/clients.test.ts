import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "@mcpolicy/core";
import { memoryApprovals, memoryDriver } from "@mcpolicy/runtime";
import { type Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioV2 } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as HttpV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, it, onTestFinished } from "vitest";
import { answerQuestion, openQuestions } from "../../src/approvals/answering.ts";
import { approvalChannel } from "../../src/approvals/channel.ts";
import { folderApprovals } from "../../src/approvals/folder-approvals.ts";
import { guardOf } from "../../src/guard/guard.ts";
import { info, type OverHttp, perRequestV2, sessionV1, sessionV2 } from "../guard/servers.ts";
import { approved } from "./approved-policy.ts";
import { accepted, keys, lead } from "./asked.ts";

/** What a client of either generation can be asked here. */
interface Caller {
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

/** The person behind a client: what they were asked, and what they answer next. */
interface Person {
  readonly seen: string[];
  answer: JsonObject;
}

type Asker = (ask: (params: unknown) => JsonObject) => Promise<Caller>;

const v1 =
  (transport: () => unknown): Asker =>
  async (ask) => {
    const client = new ClientV1(info, { capabilities: { elicitation: {} } });
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => ask(params) as never);
    await client.connect(transport() as never);
    return client as unknown as Caller;
  };

const v2 =
  (version: string, era: "legacy" | "modern", transport: () => unknown): Asker =>
  async (ask) => {
    const { Client } = await import(`@modelcontextprotocol/client${version}`);
    const versions = era === "modern" ? { versionNegotiation: { mode: { pin: "2026-07-28" } } } : {};
    const client: ClientV2 = new Client(info, { capabilities: { elicitation: {} }, ...versions } as never);
    client.setRequestHandler("elicitation/create", async ({ params }: { params: unknown }) => ask(params) as never);
    await client.connect(transport() as never);
    return client as unknown as Caller;
  };

async function connected(asker: Asker): Promise<{ readonly client: Caller; readonly person: Person }> {
  const person: Person = { seen: [], answer: accepted({ approve: true }) };
  const client = await asker((params) => {
    person.seen.push(String((params as { message: string }).message));
    return person.answer;
  });
  onTestFinished(() => client.close());
  return { client, person };
}

const write = { name: "write", arguments: { path: "/a", text: "x" } };
const read = { name: "read", arguments: { path: "/a" } };
const done = (call: { arguments: object }) => ({ content: [{ type: "text", text: JSON.stringify(call.arguments) }] });

/** What holds of every client. */
async function confirms({ client, person }: { readonly client: Caller; readonly person: Person }): Promise<void> {
  expect(await client.callTool(write)).toMatchObject(done(write));
  expect(person.seen).toEqual([expect.stringContaining('of "write"')]);
  expect(person.seen[0]).toContain('Writing is for good.\nArguments: {"path":"/a","text":"x"}');
  expect(await client.callTool(write)).toMatchObject(done(write));
  expect(person.seen).toHaveLength(2);
  person.answer = { action: "decline" };
  expect(await client.callTool(write)).toMatchObject({ isError: true });
  person.answer = accepted({ approve: true });
  expect(await client.callTool(write)).toMatchObject({ isError: true });
  expect(person.seen).toHaveLength(3);
}

describe.each<[string, OverHttp, (url: URL) => Asker]>([
  ["1.32, with a session", sessionV1("sdk"), (url) => v1(() => new HttpV1(url))],
  ["2.4, with a session", sessionV2(""), (url) => v2("", "legacy", () => new HttpV2(url))],
  ["2.4, per request, of 2026-07-28", perRequestV2("", "modern"), (url) => v2("", "modern", () => new HttpV2(url))],
  [
    "2.0, per request, of 2026-07-28",
    perRequestV2("-2.0", "modern"),
    (url) => v2("-2.0", "modern", () => new HttpV2(url)),
  ],
])("the guard and a client of SDK %s", (_, server, asking) => {
  it("ask the person, who lets one call through, or none", async () => {
    const approvals = memoryApprovals({ now: Date.now });
    const guard = guardOf({
      ...{ policy: approved, server: "fs", state: memoryDriver(approved.windows) },
      auth: () => ({ principal: { id: "dev", roles: ["developer"] } }),
      approvals: approvalChannel({ keys, approvals }),
    });
    const { url, stop } = await server.serve(guard);
    onTestFinished(async () => void (await stop()));
    const both = await connected(asking(new URL(url)));
    await confirms(both);

    const { client, person } = both;
    expect(JSON.stringify(await client.callTool(read))).toContain("It needs: approval from lead.");
    const answering = { approvals, policy: approved.ir };
    const [seen] = await openQuestions(answering, lead, 10);
    await answerQuestion(answering, seen!.question.id, { approved: true, by: { id: "boss", roles: ["lead"] } });
    expect(await client.callTool(read)).toMatchObject(done(read));
    expect(JSON.stringify(await client.callTool(read))).toContain("It needs: approval from lead.");
    expect(person.seen).toHaveLength(3);
  });
});

describe.each<[string, (command: { command: string; args: string[] }) => Asker]>([
  ["1.32", (command) => v1(() => new StdioV1({ ...command, stderr: "ignore" }))],
  ["2.4", (command) => v2("", "legacy", () => new StdioV2({ ...command, stderr: "ignore" }))],
  ["2.4, of 2026-07-28", (command) => v2("", "modern", () => new StdioV2({ ...command, stderr: "ignore" }))],
])("the proxy on stdio and a client of SDK %s", (_, asking) => {
  it("ask the person, and others in a folder", { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "mcpolicy-asked-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [proxy, server] = ["stdio-proxy.ts", "stdio-server.ts"].map((name) => join(import.meta.dirname, name));
    const source = "--conditions=@mcpolicy/source";
    const args = [source, proxy!, folder, process.execPath, source, server!];
    const both = await connected(asking({ command: process.execPath, args }));
    await confirms(both);

    const { client } = both;
    expect(JSON.stringify(await client.callTool(read))).toContain("It needs: approval from lead.");
    const answering = { approvals: folderApprovals({ folder }), policy: approved.ir };
    const [seen] = await openQuestions(answering, lead, 10);
    await answerQuestion(answering, seen!.question.id, { approved: true, by: { id: "boss", roles: ["lead"] } });
    expect(await client.callTool(read)).toMatchObject(done(read));
    expect(JSON.stringify(await client.callTool(read))).toContain("It needs: approval from lead.");
  });
});
