/** The ways in which a client reaches a server, with a policy between them or with nothing. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { memoryDriver } from "@mcpolicy/runtime";
import { approvalChannel } from "../../src/approvals/channel.ts";
import { memorySink } from "../../src/audit/memory-sink.ts";
import { guardOf } from "../../src/guard/guard.ts";
import { gateway, type IdentityOptions, type Upstream } from "../../src/http/index.ts";
import { stdioProxy } from "../../src/stdio/index.ts";
import { CLIENT_CAPABILITIES } from "../../src/wire/message.ts";
import { keys } from "../approvals/asked.ts";
import { type Listening, perRequestV2, sessionV1 } from "../guard/servers.ts";
import { ask, modern } from "../http/raw.ts";
import type { policyText } from "../policy-text.ts";
import type { Json } from "../real/raw-client.ts";
import type { Attack, Victim } from "./fixture.ts";
import { naive } from "./naive.ts";
import { victimV1, victimV2 } from "./victim.ts";

/** Where an attack takes place. */
export interface Stage {
  readonly server: Attack["server"];
  /** What a server of files serves. */
  readonly folder: string;
  /** Undefined: nothing stands between. */
  readonly policy: ReturnType<typeof policyText> | undefined;
  readonly identity?: (() => Promise<IdentityOptions>) | undefined;
}

/** A server that is ready for clients. */
export interface Ready {
  readonly connect: (headers: Headers) => Promise<Client>;
  /** Calls that the server carried out. */
  readonly carriedOut: readonly string[];
  /** What an operator reads. */
  readonly log: () => string;
  /** The headers that the server got with the latest message; of HTTP alone. */
  readonly serverGot: () => Readonly<Record<string, unknown>>;
  readonly close: () => Promise<void>;
}

export type Headers = Readonly<Record<string, string>>;

export interface Reply {
  readonly status: number;
  readonly message: Json;
}

export interface Client {
  /** Everything that it got. */
  readonly got: Json[];
  readonly ask: (method: string, params: Json, headers: Headers) => Promise<Reply>;
  /** Sends a text as it stands. */
  readonly raw: (text: string, headers: Headers) => Promise<Reply>;
  readonly close: () => Promise<void>;
}

export type Way = (stage: Stage) => Promise<Ready>;

const dev = { id: "dev", roles: ["developer"] };
const opening = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "client", version: "1" } };

/** A client over whatever carries texts one by one. */
async function clientOver(
  send: (text: string) => void,
  listen: (got: (message: Json) => void) => void,
  close: () => Promise<void>,
): Promise<Client> {
  const got: Json[] = [];
  const waiting = new Map<unknown, (message: Json) => void>();
  let unasked: ((message: Json) => void) | undefined;
  let next = 0;
  listen((message) => {
    got.push(message);
    if (message["method"] !== undefined) return;
    const settle = waiting.get(message["id"]) ?? unasked;
    settle?.(message);
  });
  const client: Client = {
    got,
    close,
    ask(method, params) {
      const id = `q${next++}`;
      const answer = new Promise<Reply>((resolve) => waiting.set(id, (message) => resolve({ status: 200, message })));
      send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
      return answer;
    },
    raw(text) {
      const answer = new Promise<Reply>((resolve) => {
        unasked = (message) => resolve({ status: 200, message });
      });
      send(text);
      return answer;
    },
  };
  await client.ask("initialize", opening, {});
  send(JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" }));
  return client;
}

function onlyScripted(server: Attack["server"]): Victim {
  if (typeof server === "string") throw new Error("that server speaks on stdio alone");
  return server;
}

/** A guard within a server, in one process with its client. */
function inProcess(
  pair: () => Promise<[near: unknown, far: unknown]>,
  make: (
    victim: Victim,
    heard: (call: string) => void,
  ) => Promise<{ connect(transport: never): Promise<void>; close(): Promise<void> }>,
): Way {
  return async ({ server, policy }) => {
    const victim = onlyScripted(server);
    const carriedOut: string[] = [];
    const guard =
      policy === undefined
        ? <Server>(each: Server): Server => each
        : guardOf({ policy, server: "it", auth: () => ({ principal: dev }), state: memoryDriver(policy.windows) });
    return {
      carriedOut,
      log: () => "",
      serverGot: () => ({}),
      close: async () => {},
      async connect() {
        const [near, far] = (await pair()) as {
          onmessage?: unknown;
          start(): Promise<void>;
          send(m: never): Promise<void>;
        }[];
        const made = guard(await make(victim, (call) => carriedOut.push(call)));
        await made.connect(far as never);
        await near!.start();
        return clientOver(
          (text) => void near!.send(JSON.parse(text) as never),
          (got) => {
            near!.onmessage = got;
          },
          () => made.close(),
        );
      },
    };
  };
}

const packaged = createRequire(import.meta.url);

function commandOf({ server, folder }: Stage): readonly string[] {
  if (typeof server !== "string") {
    return [process.execPath, join(import.meta.dirname, "victim-on-stdio.ts"), JSON.stringify(server)];
  }
  const manifest = packaged.resolve(`@modelcontextprotocol/${server}/package.json`);
  return [process.execPath, join(dirname(manifest), "dist/index.js"), folder];
}

/** Calls that a server on stdio says it carried out. */
function carriedOutIn(log: string): readonly string[] {
  return [...log.matchAll(/CARRIED OUT (\S+)/g)].map(([, call]) => call as string);
}

/** A server in a process of its own, with the proxy before it. */
const onStdio: Way = async (stage) => {
  const { policy } = stage;
  const [command = "", ...args] = commandOf(stage);
  const state = policy === undefined ? undefined : memoryDriver(policy.windows);
  let log = "";
  return {
    get carriedOut() {
      return carriedOutIn(log);
    },
    log: () => log,
    serverGot: () => ({}),
    close: async () => {},
    connect() {
      const { input, output, errors, ended } = policy === undefined ? direct() : proxied();
      errors.on("data", (chunk) => {
        log += chunk;
      });
      return clientOver(
        (text) => void input.write(`${text}\n`),
        (got) => {
          let rest = "";
          output.setEncoding("utf8").on("data", (chunk: string) => {
            const lines = (rest + chunk).split("\n");
            rest = lines.pop() ?? "";
            for (const line of lines) got(JSON.parse(line));
          });
        },
        async () => {
          input.end();
          await ended;
        },
      );
    },
  };

  function direct(): { input: Writable; output: Readable; errors: Readable; ended: Promise<unknown> } {
    const child = spawn(command, args, { stdio: "pipe" });
    const ended = new Promise((resolve) => child.once("close", resolve));
    return { input: child.stdin, output: child.stdout, errors: child.stderr, ended };
  }

  function proxied(): { input: Writable; output: Readable; errors: Readable; ended: Promise<unknown> } {
    const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const ended = stdioProxy({
      ...{ policy: policy!, server: "it", principal: dev, command, args, input, output, errors, state: state! },
    });
    return { input, output, errors, ended };
  }
};

type Served = {
  readonly url: string;
  readonly headers: () => Readonly<Record<string, unknown>>;
  readonly stop: () => Promise<unknown>;
};

/** A server on HTTP, with the gateway before it. */
function onHttp(
  era: "legacy" | "modern",
  serve: (victim: Victim, heard: (call: string) => void) => Promise<Served>,
): Way {
  return async ({ server, policy, identity }) => {
    const carriedOut: string[] = [];
    const { url: upstream, headers, stop } = await serve(onlyScripted(server), (call) => carriedOut.push(call));
    return overHttp(era, { kind: "http", url: upstream }, { policy, identity, headers, stop, carriedOut });
  };
}

async function overHttp(
  era: "legacy" | "modern",
  upstream: Extract<Upstream, { kind: "http" }>,
  {
    policy,
    identity,
    headers,
    stop,
    carriedOut,
  }: Pick<Stage, "policy" | "identity"> & {
    readonly headers: Served["headers"];
    readonly stop: Served["stop"];
    readonly carriedOut: readonly string[];
  },
): Promise<Ready> {
  const between =
    policy === undefined
      ? undefined
      : await gateway({
          policy,
          servers: {
            it: {
              ...{ path: "/mcp", server: "it", audit: memorySink(), state: memoryDriver(policy.windows) },
              approvals: approvalChannel({ keys }),
              upstream: { ...upstream, headers: { authorization: "Bearer of-the-gateway" } },
            },
          },
          identity: identity ?? (() => ({ kind: "development", principal: dev })),
          listen: { port: 0, drain: 1_000 },
        });
  const url = between === undefined ? upstream.url : `${between.url}/mcp`;
  return {
    carriedOut,
    serverGot: headers,
    log: () => "",
    async close() {
      await between?.close();
      await stop();
    },
    async connect(own) {
      const got: Json[] = [];
      let next = 0;
      let session: Headers = {};
      const post = async (body: unknown, more: Headers, id: unknown): Promise<Reply> => {
        const response = await ask(url, { headers: { ...session, ...own, ...more }, body });
        got.push(...response.messages);
        const name = response.headers["mcp-session-id"];
        if (typeof name === "string") session = { "mcp-session-id": name };
        const message = response.messages.find((each) => each["id"] === id) ?? response.messages.at(-1) ?? {};
        return { status: response.status, message };
      };
      const client: Client = {
        got,
        close: async () => {},
        raw: (text, more) => post(text, more, undefined),
        ask(method, params, more) {
          const id = `q${next++}`;
          if (era === "legacy") return post({ jsonrpc: "2.0", id, method, params }, more, id);
          const { body, headers } = modern(id, method, params, { [CLIENT_CAPABILITIES]: { elicitation: {} } });
          return post(body, { ...encoded(headers), ...more }, id);
        },
      };
      if (era === "legacy") {
        await client.ask("initialize", opening, {});
        if (session["mcp-session-id"] !== undefined) {
          await post({ jsonrpc: "2.0", method: "notifications/initialized" }, {}, undefined);
        }
      }
      return client;
    },
  };
}

/** Values of headers as MCP 2026-07-28 has them: what is not ASCII, in base64. */
function encoded(headers: Headers): Headers {
  const entries = Object.entries(headers).map(([name, text]) => {
    return [name, /^[ -~]*$/.test(text) ? text : `=?base64?${Buffer.from(text).toString("base64")}?=`];
  });
  return Object.fromEntries(entries);
}

const unguarded = <Server>(server: Server): Server => server;
const served = async (listening: Promise<Listening>): Promise<Served> => ({
  ...(await listening),
  headers: () => ({}),
});

const memoryPair = (module: string) => async (): Promise<[unknown, unknown]> => {
  const { InMemoryTransport } = await import(`@modelcontextprotocol/${module}`);
  return InMemoryTransport.createLinkedPair();
};

/** By the names that fixtures use. */
export const ways: Readonly<Record<string, Way>> = {
  "guard, SDK 1.32": inProcess(memoryPair("sdk/inMemory.js"), victimV1),
  "guard, SDK 2.4": inProcess(memoryPair("server"), victimV2),
  "proxy on stdio": onStdio,
  "gateway, with a session": onHttp("legacy", (victim, heard) =>
    served(sessionV1("sdk", () => victimV1(victim, heard)).serve(unguarded)),
  ),
  "gateway, 2026-07-28": onHttp("modern", (victim, heard) =>
    served(perRequestV2("", "modern", () => victimV2(victim, heard)).serve(unguarded)),
  ),
  "gateway, a server that reads bodies alone": onHttp("modern", servedNaive),
  "gateway, the same, legacy": onHttp("legacy", servedNaive),
};

async function servedNaive(victim: Victim, heard: (call: string) => void): Promise<Served> {
  const { url, got, stop } = await naive(victim, heard);
  return { url, stop, headers: () => got.findLast(({ message }) => message["method"] === "tools/call")?.headers ?? {} };
}
