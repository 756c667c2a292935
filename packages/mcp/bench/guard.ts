/**
 * What the guard adds to a message in process, above an interposition that does nothing: `node --conditions=@mcpolicy/source bench/guard.ts`. CPU
 * time of this process, rounds of both taken in turn, the median of each; the policy is that of `policies/filesystem`, and nothing is asynchronous.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { compile, generatedEngine } from "@mcpolicy/compiler";
import { checkPolicy } from "@mcpolicy/language";
import { loadPolicy } from "@mcpolicy/runtime";
import { abilities } from "../src/decide/abilities.ts";
import { type Guard, guardOf } from "../src/guard/guard.ts";
import type { GuardedTransport } from "../src/guard/transport.ts";
import { instrument } from "../src/guard/transport.ts";

const folder = join(import.meta.dirname, "../../../policies/filesystem");
const checked = checkPolicy([join(folder, "filesystem.mcpolicy")], {
  read: (path) => (existsSync(path) ? readFileSync(path, "utf8") : undefined),
  join: (from, path) => posix.join(dirname(from), path),
}).policy;
if (checked === undefined) throw new Error("the policy is not valid");
const policy = loadPolicy(compile(checked), { engine: generatedEngine, abilities });
const { tools } = JSON.parse(readFileSync(join(folder, "tools/filesystem.json"), "utf8"));

/** A server of the least sort: answers what it is asked as soon as it is asked. */
class Server {
  async connect(transport: GuardedTransport): Promise<void> {
    transport.onmessage = ((message: { id: number; method: string }) => {
      const result =
        message.method === "tools/list"
          ? { tools }
          : { content: [{ type: "text", text: "hello" }], structuredContent: { content: "hello" } };
      void transport.send({ jsonrpc: "2.0", id: message.id, result } as never);
    }) as never;
  }
}

class Transport implements GuardedTransport {
  onmessage?: ((message: never, extra?: never) => void) | undefined;
  sent = 0;
  async send(_message: never): Promise<void> {
    this.sent += 1;
  }
}

const empty: Guard = (server) => {
  const connect = server.connect.bind(server);
  server.connect = async (transport: never) => {
    instrument(transport as GuardedTransport, ({ deliver, send }) => ({
      fromClient: (message, extra) => deliver(message as never, extra),
      fromServer: (message, options) => send(message as never, options),
      closed: () => {},
    }));
    return connect(transport);
  };
  return server;
};

const caller = { principal: { id: "dev", roles: ["developer"] } };
const guarded = guardOf({ policy, server: "fs", auth: () => caller });

async function ready(guard: Guard): Promise<Transport> {
  const transport = new Transport();
  await guard(new Server()).connect(transport as never);
  transport.onmessage?.({ jsonrpc: "2.0", id: "first", method: "tools/list" } as never);
  await new Promise((resolve) => setTimeout(resolve, 50));
  return transport;
}

let id = 0;
function round(transport: Transport, calls: number): number {
  const before = process.cpuUsage();
  for (let at = 0; at < calls; at++) {
    id += 1;
    const params = { name: "read_text_file", arguments: { path: "/workspace/src/index.ts" } };
    transport.onmessage?.({ jsonrpc: "2.0", id, method: "tools/call", params } as never);
  }
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / calls;
}

const [plain, held] = [await ready(empty), await ready(guarded)];
const rounds: [number[], number[]] = [[], []];
const [warmup, calls, count] = [50_000, 20_000, 21];
round(plain, warmup);
round(held, warmup);
for (let at = 0; at < count; at++) {
  rounds[0].push(round(plain, calls));
  rounds[1].push(round(held, calls));
}
const median = (of: number[]): number => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)]!;
const [base, with_] = [median(rounds[0]), median(rounds[1])];
console.log(
  `a call and its answer, CPU time: ${base.toFixed(0)} ns with nothing between, ${with_.toFixed(0)} ns guarded`,
);
console.log(`the guard adds ${((with_ - base) / 2).toFixed(0)} ns a message`);
if (held.sent < plain.sent) throw new Error("calls were not let through");
