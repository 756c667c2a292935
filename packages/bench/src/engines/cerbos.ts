import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, get, request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { importPeer, resolvePeer } from "../peers.ts";
import type { RuleRequest, RuleSet } from "../rules/rule.ts";
import { celOf } from "../rules/to-cel.ts";
import type { RuleEngine } from "./rule-engine.ts";

/** A decision server on this machine, asked over HTTP with a connection that stays open. Its time counts, too. */
export const cerbosHttp: RuleEngine = {
  name: "cerbos-http",
  label: "Cerbos server on loopback, HTTP",
  peers: ["@cerbos/cerbos-linux-x64"],
  most: 1000,
  isSlow: true,
  async load(rules) {
    const server = await start(rules);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    return {
      isAsync: true,
      server: server.pid,
      answer: (asked) => askOverHttp(asked, server.http, agent),
      close: () => {
        agent.destroy();
        return server.stop();
      },
    };
  },
};

interface CerbosGrpc {
  readonly GRPC: new (
    target: string,
    options: object,
  ) => { readonly isAllowed: (check: object) => Promise<boolean>; readonly close: () => void };
}

/** The same over gRPC, by its own client. */
export const cerbosGrpc: RuleEngine = {
  name: "cerbos-grpc",
  label: "Cerbos server on loopback, gRPC",
  peers: ["@cerbos/cerbos-linux-x64", "@cerbos/grpc"],
  most: 1000,
  isSlow: true,
  async load(rules) {
    const server = await start(rules);
    const { GRPC } = await importPeer<CerbosGrpc>("@cerbos/grpc");
    const client = new GRPC(`127.0.0.1:${server.grpc}`, { tls: false });
    return {
      isAsync: true,
      server: server.pid,
      answer: ({ principal: { id, role }, tool, args }) =>
        client.isAllowed({
          principal: { id, roles: [role], attributes: {} },
          resource: { kind: "tools", id: "x", attributes: args },
          action: tool,
        }),
      close: () => {
        client.close();
        return server.stop();
      },
    };
  },
};

function askOverHttp(
  { principal: { id, role }, tool, args }: RuleRequest,
  port: number,
  agent: Agent,
): Promise<boolean> {
  const body = JSON.stringify({
    requestId: "1",
    principal: { id, roles: [role] },
    resources: [{ actions: [tool], resource: { kind: "tools", id: "x", attr: args } }],
  });
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path: "/api/check/resources", method: "POST", agent, headers };
    const asking = request(options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => {
        try {
          resolve(JSON.parse(text).results[0].actions[tool] === "EFFECT_ALLOW");
        } catch {
          reject(new Error(text));
        }
      });
    });
    asking.on("error", reject);
    asking.end(body);
  });
}

function policyOf({ rules }: RuleSet): string {
  return JSON.stringify({
    apiVersion: "api.cerbos.dev/v1",
    resourcePolicy: {
      version: "default",
      resource: "tools",
      rules: rules.map(({ effect, roles, tools, condition }) => ({
        actions: tools,
        effect: effect === "permit" ? "EFFECT_ALLOW" : "EFFECT_DENY",
        roles: roles ?? ["*"],
        ...(condition === undefined
          ? {}
          : { condition: { match: { expr: celOf(condition, { args: "R.attr.", number: String }) } } }),
      })),
    },
  });
}

interface CerbosServer {
  readonly pid: number;
  readonly http: number;
  readonly grpc: number;
  readonly stop: () => Promise<void>;
}

/** Starts the server over a folder of its own; `stop` ends it and takes the folder away. Throws where it does not come up in a minute. */
async function start(rules: RuleSet): Promise<CerbosServer> {
  const folder = mkdtempSync(join(tmpdir(), "mcpolicy-bench-cerbos-"));
  mkdirSync(join(folder, "policies"));
  writeFileSync(join(folder, "policies/tools.json"), policyOf(rules));
  const [http, grpc] = [await freePort(), await freePort()];
  const configuration = {
    server: { httpListenAddr: `127.0.0.1:${http}`, grpcListenAddr: `127.0.0.1:${grpc}` },
    telemetry: { disabled: true },
    storage: { driver: "disk", disk: { directory: join(folder, "policies"), watchForChanges: false } },
  };
  writeFileSync(join(folder, "cerbos.json"), JSON.stringify(configuration));
  const binary = join(dirname(await resolvePeer("@cerbos/cerbos-linux-x64/package.json")), "cerbos-linux-x64");
  const child = spawn(binary, ["server", "--config", join(folder, "cerbos.json"), "--log-level", "error"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], CERBOS_NO_TELEMETRY: "1", DO_NOT_TRACK: "1" },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (part: Buffer) => {
      said += part.toString();
    });
  }
  const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const until = performance.now() + 60_000;
  while (!(await isUp(http))) {
    if (child.exitCode !== null || performance.now() > until) {
      await stop();
      throw new Error(`cerbos did not start: ${said.slice(-400)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { pid: child.pid as number, http, grpc, stop };
}

function isUp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    get({ host: "127.0.0.1", port, path: "/_cerbos/health" }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).on("error", () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
