import { developmentAuthenticatorOf, issueDevelopmentToken, memoryRevocations } from "@mcpolicy/identity";
import { afterEach, describe, expect, it } from "vitest";
import { memorySink } from "../../src/audit/memory-sink.ts";
import type { IdentityOptions } from "../../src/http/index.ts";
import { call, policy } from "../guarded.ts";
import { gatewayBefore } from "./gateways.ts";
import { answered, ask, modern, type Scripted, scripted } from "./raw.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function server(...given: Parameters<typeof scripted>): Promise<Scripted> {
  const started = await scripted(...given);
  closing.push(started.stop);
  return started;
}

async function started(options: Parameters<typeof gatewayBefore>[1] = {}, script?: Parameters<typeof scripted>[0]) {
  const upstream = await server(script);
  const audit = memorySink();
  const made = await gatewayBefore(
    { kind: "http", url: upstream.url, headers: { authorization: "Bearer ours" } },
    {
      ...options,
      server: { audit, ...options.server },
    },
  );
  closing.push(made.close);
  return { gateway: made, url: `${made.url}/mcp`, origin: made.url, got: upstream.got, audit };
}

const secret = "c2VjcmV0IG9mIGEgbGFwdG9wLCAzMiByYW5kb20gYnl0ZXM";
const resource = "http://127.0.0.1/mcp";
const revocations = memoryRevocations({ now: Date.now });

async function tokens(): Promise<IdentityOptions> {
  const authenticator = await developmentAuthenticatorOf(policy.ir, {
    clients: { laptop: { secret, roles: ["developer"] }, other: { secret, roles: ["developer"] } },
    ...{ revocations, listener: "127.0.0.1", audience: resource },
  });
  return { kind: "tokens", authenticator, resource: { resource, authorizationServers: ["https://id.example"] } };
}

async function token(client = "laptop", now = Date.now()): Promise<string> {
  return `Bearer ${await issueDevelopmentToken({ ...{ client, secret, audience: resource, now }, nonce: crypto.getRandomValues(new Uint8Array(16)) })}`;
}

const read = modern(1, "tools/call", { name: "read", arguments: { path: "/a" } });

describe("tokens", () => {
  it("lets a caller with a valid token in, and nobody else, and says how to get one", async () => {
    const { url, got, audit } = await started({ identity: tokens });
    expect(await ask(url, { ...read, headers: { ...read.headers, authorization: await token() } })).toMatchObject({
      status: 200,
      messages: [{ id: 1, result: { content: [{ text: '{"path":"/a"}' }] } }],
    });
    const before = got.length;
    const where = 'resource_metadata="http://127.0.0.1/.well-known/oauth-protected-resource/mcp"';
    for (const [headers, status, challenge] of [
      [{}, 401, `Bearer ${where}`],
      [{ authorization: "Bearer wrong" }, 401, `Bearer error="invalid_token", ${where}`],
      [{ authorization: await token("laptop", Date.now() - 400_000) }, 401, `Bearer error="invalid_token", ${where}`],
      [{ authorization: [await token(), await token()] }, 400, `Bearer error="invalid_request", ${where}`],
    ] as const) {
      const refused = await ask(url, { ...read, headers: { ...read.headers, ...headers } as never });
      expect(refused.status).toBe(status);
      expect(refused.headers["www-authenticate"]).toBe(challenge);
      expect(refused.messages).toMatchObject([{ error: { message: "Unauthenticated" } }]);
    }
    expect((await ask(`${url}?access_token=x`, read)).status).toBe(400);
    expect(got).toHaveLength(before);
    expect(
      audit.records().filter((each) => each.kind === "decision" && each.effect === "unauthenticated"),
    ).toHaveLength(5);
  });

  it("tells anybody where a token can be had", async () => {
    const { origin } = await started({ identity: tokens });
    const { status, messages } = await ask(`${origin}/.well-known/oauth-protected-resource/mcp`, { method: "GET" });
    expect(status).toBe(200);
    expect(messages).toEqual([
      { resource, authorization_servers: ["https://id.example"], bearer_methods_supported: ["header"] },
    ]);
  });

  it("sends on nothing that a client sends beside its message", async () => {
    const { url, got } = await started({ identity: tokens });
    const theirs = {
      ...{
        cookie: "a=b",
        "x-forwarded-user": "root",
        forwarded: "for=1",
        "x-anything": "1",
        authorization: await token(),
      },
      ...{ "proxy-authorization": "Basic eDp5", traceparent: "00-0-0-0" },
    };
    await ask(url, { ...read, headers: { ...read.headers, ...theirs } });
    const { headers } = got.at(-1)!;
    expect(headers).toEqual({
      ...{ authorization: "Bearer ours", "content-type": "application/json" },
      ...{ accept: "application/json, text/event-stream", "content-length": expect.any(String) },
      ...{ host: expect.any(String), connection: "keep-alive" },
      ...read.headers,
    });
  });

  it("gives a session to the caller who opened it alone", async () => {
    const { url, got } = await started({ identity: tokens }, session());
    const mine = { authorization: await token("laptop") };
    const theirs = { authorization: await token("other") };
    const opened = await ask(url, { headers: mine, body: initialize });
    const name = { "mcp-session-id": String(opened.headers["mcp-session-id"]) };
    expect(name["mcp-session-id"]).not.toBe("upstream-session");
    const before = got.length;
    const body = call(2, "read", { path: "/a" });
    expect(await ask(url, { headers: { ...theirs, ...name }, body })).toMatchObject({
      status: 404,
      messages: [{ id: 2, error: { code: -32600 } }],
    });
    expect((await ask(url, { method: "GET", headers: { ...theirs, ...name } })).status).toBe(404);
    expect((await ask(url, { method: "DELETE", headers: { ...theirs, ...name } })).status).toBe(404);
    expect(got).toHaveLength(before);
    expect(await ask(url, { headers: { ...mine, ...name }, body })).toMatchObject({
      status: 200,
      messages: [{ id: 2, result: {} }],
    });
    expect(got.at(-1)!.headers["mcp-session-id"]).toBe("upstream-session");
  });
});

const initialize = {
  ...{ jsonrpc: "2.0", id: 0, method: "initialize" },
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } },
};

/** The little server with a session. */
function session(): NonNullable<Parameters<typeof scripted>[0]> {
  return (posted, response) => {
    if (posted.message["method"] === "initialize") response.setHeader("mcp-session-id", "upstream-session");
    answered(posted, response);
  };
}
