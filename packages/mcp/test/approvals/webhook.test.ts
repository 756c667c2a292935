import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { exampleQuestion } from "@mcpolicy/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { type WebhookOptions, webhook } from "../../src/approvals/webhook.ts";

const secret = new Uint8Array(32).fill(7);

interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver that answers with these, the last one from then on. */
async function receiver(...answers: readonly (number | { readonly location: string })[]) {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", () => {
      got.push({ headers: request.headers, body });
      const answer = answers[Math.min(got.length, answers.length) - 1]!;
      if (typeof answer === "number") response.writeHead(answer).end("ignored");
      else response.writeHead(307, answer).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const notes: string[] = [];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/asked`;
  const tell = async (more: Partial<WebhookOptions> = {}): Promise<void> => {
    const hook = webhook({ url, secret, pause: 1, note: (text) => notes.push(text), ...more });
    hook.onAsked(exampleQuestion("a", Date.now(), Date.now() + 60_000));
    await expect.poll(() => got.length + notes.length).toBeGreaterThan(0);
    if (answers.length > 1) await expect.poll(() => got.length >= answers.length || notes.length > 0).toBe(true);
    await hook.close();
  };
  return { got, notes, url, tell };
}

describe("the webhook", () => {
  it("tells of a question, signed as Standard Webhooks says, with the names of arguments alone", async () => {
    const { got, notes, tell } = await receiver(200);
    await tell({ page: (id) => `https://approve.example.com/${id}` });
    const [{ headers, body }] = got as [Got];
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
    expect(headers["webhook-signature"]).toBe(`v1,${createHmac("sha256", secret).update(signed).digest("base64")}`);
    expect(Math.abs(Date.now() / 1_000 - Number(headers["webhook-timestamp"]))).toBeLessThan(60);
    expect(JSON.parse(body)).toMatchObject({
      type: "approval.asked",
      data: {
        ...{
          id: "a",
          caller: { id: "ann", tenant: null },
          server: "fs",
          method: "tools/call",
          operation: "write_file",
        },
        ...{ missing: "approval from lead", because: ["Ask a lead."], argumentNames: ["path", "list", "none", ""] },
        page: "https://approve.example.com/a",
      },
    });
    expect(body).not.toContain("/w/é");
    expect(notes).toEqual([]);
  });

  it("tells arguments where it is to", async () => {
    const { got, tell } = await receiver(200);
    await tell({ arguments: "full" });
    expect(got[0]?.body).toContain("/w/é");
  });

  it("tries again, the same message under the same id", async () => {
    const { got, notes, tell } = await receiver(503, 429, 204);
    await tell();
    expect(got.map(({ headers }) => headers["webhook-id"])).toEqual(["a", "a", "a"]);
    expect(new Set(got.map(({ body }) => body)).size).toBe(1);
    expect(notes).toEqual([]);
  });

  it("gives up after so many attempts, or where trying again is of no use", async () => {
    const down = await receiver(500, 500, 500);
    await down.tell({ attempts: 3 });
    expect(down.got).toHaveLength(3);
    expect(down.notes).toEqual(["the webhook was not told of question a, after 3 attempts: status 500"]);
    const gone = await receiver(410);
    await gone.tell();
    expect(gone.got).toHaveLength(1);
  });

  it("follows no redirect", async () => {
    const inner = await receiver(200);
    const outer = await receiver({ location: inner.url });
    await outer.tell({ attempts: 1 });
    expect(inner.got).toEqual([]);
    expect(outer.notes).toHaveLength(1);
  });

  it("waits for nobody for ever", async () => {
    const notes: string[] = [];
    const hook = webhook({
      ...{
        url: "https://approve.example.com",
        secret,
        attempts: 1,
        timeout: 1,
        most: 1,
        note: (text: string) => notes.push(text),
      },
      fetch: (_, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("too late")))),
    });
    hook.onAsked(exampleQuestion("a", 0, Date.now() + 60_000));
    hook.onAsked(exampleQuestion("b", 0, Date.now() + 60_000));
    expect(notes).toEqual(["the webhook was not told of question b: too many messages are under way"]);
    await hook.close();
    expect(notes.at(-1)).toContain("too late");
  });

  // biome-ignore format: table
  it.for([
    ["http elsewhere",   "http://approve.example.com"],
    ["credentials",      "https://a:b@approve.example.com"],
    ["another scheme",   "file:///etc/passwd"],
    ["no URL",           "approve"],
  ] as const)("takes no URL with %s", ([, url]) => {
    expect(() => webhook({ url, secret })).toThrow("the webhook takes an https URL");
    expect(() => webhook({ url: "https://approve.example.com", secret: new Uint8Array(23) })).toThrow("less than 24 bytes");
  });
});
