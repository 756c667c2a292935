import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { CallToolRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authenticatedOf, authenticatorOf, issueToken, publicKeySet, revocationLine } from "../src/index.ts";
import { appendRevocation, fileRevocations, keysFrom, newSigningKey, requireToken } from "../src/node.ts";
import { issuer, policyOf } from "./policies.ts";

const folder = mkdtempSync(join(tmpdir(), "mcpolicy-example-"));
const [jwks, revocations] = [join(folder, "jwks.json"), join(folder, "revocations.jsonl")];
const resource = "https://mcp.example.com";
const policy = policyOf(`token { issuer "${issuer}" audience "${resource}" }`);
const key = await newSigningKey();
writeFileSync(jwks, JSON.stringify(publicKeySet([key])));
writeFileSync(revocations, "");

/** Ten lines: what a host writes to put tokens in front of a server. */
function guarded(): HttpServer {
  const authenticator = authenticatorOf(policy, {
    keys: { [issuer]: keysFrom(jwks) },
    revocations: fileRevocations({ path: revocations, within: 0 }),
  });
  const guard = requireToken({ authenticator, resource: { resource, authorizationServers: [issuer] } });
  return createServer((request, response) => {
    void guard(request, response, () => void answer(request, response));
  });
}

/** An MCP server of the SDK that tells a caller its name, as it sees it. */
async function answer(
  ...[request, response]: Parameters<StreamableHTTPServerTransport["handleRequest"]>
): Promise<void> {
  const server = new Server({ name: "whoami", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler(CallToolRequestSchema, (_, { authInfo }) => {
    const principal = authenticatedOf(authInfo)?.principal;
    return { content: [{ type: "text", text: JSON.stringify([principal?.id, principal?.roles, authInfo?.token]) }] };
  });
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true } as never);
  await server.connect(transport as never);
  await transport.handleRequest(request, response);
}

describe("an MCP server of the SDK behind tokens", () => {
  let server: HttpServer;
  beforeAll(async () => {
    server = guarded();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  async function whoami(token: string | undefined): Promise<unknown> {
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const client = new Client({ name: "test", version: "1.0.0" });
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }) as never);
    const { content } = await client.callTool({ name: "whoami" });
    await client.close();
    return JSON.parse((content as { text: string }[])[0]!.text);
  }

  function token(id: string): Promise<string> {
    const contents = { issuer, audience: resource, subject: "dev@example.com", client: "cli", roles: ["developer"] };
    return issueToken({ ...contents, id, issuedAt: Date.now(), lifetime: 60_000 }, key);
  }

  test("knows its caller, and is not given the token", async () => {
    expect(await whoami(await token("t1"))).toEqual(["dev@example.com", ["developer"], "withheld"]);
  });

  test("is not reached without one, nor with one that was revoked", async () => {
    await expect(whoami(undefined)).rejects.toThrow();
    const text = await token("t2");
    expect(await whoami(text)).toEqual(expect.arrayContaining(["dev@example.com"]));
    appendRevocation(revocations, revocationLine({ kind: "id", id: "t2", until: Date.now() + 60_000 }));
    await expect(whoami(text)).rejects.toThrow();
  });
});
