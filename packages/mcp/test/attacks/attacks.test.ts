import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { developmentAuthenticatorOf, issueDevelopmentToken, memoryRevocations } from "@mcpolicy/identity";
import { afterAll, describe, expect, it, vi } from "vitest";
import type { IdentityOptions } from "../../src/http/index.ts";
import { policyText } from "../policy-text.ts";
import type { Json } from "../real/raw-client.ts";
import { type Attack, attacks, type Expected, repeated, type Step } from "./fixture.ts";
import { definition } from "./victim.ts";
import { type Client, type Headers, type Ready, type Reply, type Stage, ways } from "./ways.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "mcpolicy-attacks-")));
afterAll(() => rmSync(folder, { recursive: true }));

/** Unless a fixture says so: each front end, both generations of the SDK, both eras. */
const usual = ["guard, SDK 1.32", "guard, SDK 2.4", "proxy on stdio", "gateway, with a session", "gateway, 2026-07-28"];

const reviewed = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../../policies/filesystem/tools/filesystem.json"), "utf8"),
).tools;

function policyOf({ policy, pinned, server }: Attack): NonNullable<Stage["policy"]> {
  const tools = typeof server === "string" ? reviewed : (pinned ?? server.tools).map(definition);
  return policyText(policy.replaceAll("FOLDER", folder), { "it.json": { tools: tools as never } });
}

const secret = "c2VjcmV0IG9mIGEgbGFwdG9wLCAzMiByYW5kb20gYnl0ZXM";
const audience = "http://127.0.0.1/mcp";

/** Whose tokens a step may bring. */
const tokens: Readonly<Record<string, () => Promise<string>>> = {
  laptop: () => token(),
  "laptop, elsewhere": () => token({ audience: "http://127.0.0.1/other" }),
  "laptop, an hour ago": () => token({ now: Date.now() - 3_600_000 }),
};

async function token(more: { readonly audience?: string; readonly now?: number } = {}): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(16));
  return issueDevelopmentToken({ ...{ client: "laptop", secret, audience, now: Date.now(), nonce }, ...more });
}

function identityFor(policy: NonNullable<Stage["policy"]>): () => Promise<IdentityOptions> {
  return async () => {
    const authenticator = await developmentAuthenticatorOf(policy.ir, {
      clients: { laptop: { secret, roles: ["developer"] } },
      ...{ revocations: memoryRevocations({ now: Date.now }), listener: "127.0.0.1", audience },
    });
    return { kind: "tokens", authenticator, resource: { resource: audience, authorizationServers: [] } };
  };
}

async function headersOf({ headers = {}, as }: Step): Promise<Headers> {
  return as === undefined ? headers : { ...headers, authorization: `Bearer ${await tokens[as]!()}` };
}

/** What came of one message. */
interface Outcome {
  readonly reply: Reply;
  readonly client: Client;
  readonly ready: Ready;
  /** The same client's answer for a tool that is not there. */
  readonly unknown: () => Promise<Reply>;
  readonly called: string | undefined;
}

async function holds(expected: Expected, outcome: Outcome): Promise<void> {
  const { reply, client, ready, called } = outcome;
  const { message, status } = reply;
  const seen = JSON.stringify(client.got);
  if (expected === "runs") {
    expect(message).toMatchObject({ result: {} });
    expect((message["result"] as { isError?: unknown }).isError ?? false).toBe(false);
  } else if (expected === "hidden") {
    const text = JSON.stringify((await outcome.unknown()).message).replaceAll("no_such_tool", String(called));
    const { id: _, ...unknown } = JSON.parse(text);
    expect(message).toMatchObject(unknown);
  } else if (expected === "asked") {
    expect(message).toMatchObject({ result: { resultType: "input_required", requestState: expect.any(String) } });
  } else if ("denied" in expected) {
    const { denied: reason, because = "" } = expected;
    expect(message).toMatchObject({
      result: {
        isError: true,
        content: [{ text: expect.stringContaining(because) }],
        _meta: { "dev.mcpolicy/decision": { reason } },
      },
    });
  } else if ("error" in expected) expect(message).toMatchObject({ error: { code: expected.error } });
  else if ("status" in expected) expect(status).toBe(expected.status);
  else if ("lists" in expected) {
    const { tools } = message["result"] as { tools: { name: string }[] };
    expect(tools.map(({ name }) => name)).toEqual(expected.lists);
  } else if ("shows" in expected) expect(seen).toContain(escaped(expected.shows));
  else if ("conceals" in expected) expect(seen).not.toContain(escaped(expected.conceals));
  else if ("logs" in expected) await vi.waitFor(() => expect(ready.log()).toContain(expected.logs), 10_000);
  else if ("neverLogs" in expected) expect(ready.log()).not.toContain(expected.neverLogs);
  else {
    for (const [name, text] of Object.entries(expected.serverGot)) {
      const given = String(ready.serverGot()[name] ?? "");
      if (text.startsWith("/")) expect(given).toMatch(new RegExp(text.slice(1)));
      else expect(given).toBe(text);
    }
  }
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

async function play({ server, steps }: Attack, side: "bare" | "guarded", ready: Ready): Promise<void> {
  const clients: Client[] = [];
  let runs = 0;
  try {
    for (const step of steps) {
      const headers = await headersOf(step);
      if (clients.length === 0 || step.anew) clients.push(await ready.connect(headers));
      const client = clients.at(-1)!;
      const expected = [step[side]].flat() as readonly Expected[];
      for (const params of messagesOf(step).map((each) => ({ ...each, ...approvalOf(step, clients) }))) {
        const ask = (name: string): Promise<Reply> =>
          client.ask("tools/call", { name, arguments: (params as { arguments?: object }).arguments ?? {} }, headers);
        const reply =
          step.raw !== undefined
            ? await client.raw(repeated(step.raw), headers)
            : step.list !== undefined
              ? await client.ask("tools/list", {}, headers)
              : await client.ask("tools/call", params, headers);
        for (const each of expected) {
          await holds(each, { reply, client, ready, called: step.call, unknown: () => ask("no_such_tool") });
        }
        if (expected.includes("runs")) runs += 1;
      }
    }
  } finally {
    for (const client of clients) await client.close();
    await ready.close();
  }
  // What a denial says is not enough: the server must not have heard of it.
  if (typeof server !== "string") expect(ready.carriedOut).toHaveLength(runs);
}

/** What a modern client makes a call again with that was answered by a question. */
function approvalOf({ approving }: Step, clients: readonly Client[]): Record<string, unknown> {
  const questions = clients.flatMap(({ got }) =>
    got.map(({ result }) => (result as Json | undefined)?.["requestState"]),
  );
  const state = questions.findLast((each) => typeof each === "string");
  if (approving === undefined || state === undefined) return {};
  const letter = state.at(-9) === "A" ? "B" : "A";
  return {
    requestState: approving === "as asked" ? state : `${state.slice(0, -9)}${letter}${state.slice(-8)}`,
    inputResponses: { "mcpolicy:approve": { action: "accept", content: { approve: true } } },
  };
}

function messagesOf(step: Step): readonly Record<string, unknown>[] {
  if (step.call === undefined) return [{}];
  return [step.with ?? {}].flat().map((args) => ({
    name: step.call,
    arguments: JSON.parse(JSON.stringify(args).replaceAll("FOLDER", folder)),
  }));
}

describe.each(attacks())("$name", (attack) => {
  for (const [path, text] of Object.entries(attack.files ?? {})) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const { server } = attack;

  describe.each(attack.ways ?? usual)("%s", (name) => {
    const way = ways[name];
    if (way === undefined) throw new Error(`there is no way called ${name}`);

    it("succeeds without a policy", async () => {
      await play(attack, "bare", await way({ server, folder, policy: undefined }));
    });

    it("is stopped by one", async () => {
      const policy = policyOf(attack);
      const identity = attack.tokens === true ? identityFor(policy) : undefined;
      await play(attack, "guarded", await way({ server, folder, policy, identity }));
    });
  });
});
