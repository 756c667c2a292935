import { posix } from "node:path";
import type { Guard, GuardedTransport } from "@mcpolicy/mcp";
import { filesystemArtifact, pinned } from "../between/filesystem.ts";
import type { Engine } from "../engine.ts";
import { policyOf } from "../engines/mcpolicy.ts";
import type { Workload } from "../workload.ts";

interface Message {
  readonly jsonrpc: "2.0";
  readonly id: number | string;
  readonly method: string;
  readonly params?: object;
}

/** A server of the least sort: it answers what it is asked as soon as it is asked, and nothing else takes time. */
class Server {
  async connect(transport: GuardedTransport): Promise<void> {
    const { tools } = pinned();
    const read = { content: [{ type: "text", text: "hello" }], structuredContent: { content: "hello" } };
    transport.onmessage = ({ id, method }: Message) => {
      const result = method === "tools/list" ? { tools } : { ...read };
      void transport.send({ jsonrpc: "2.0", id, result } as never);
    };
  }
}

class Transport implements GuardedTransport {
  onmessage?: ((message: never, extra?: never) => void) | undefined;
  /** The latest that the client got. */
  got: unknown;
  async send(message: never): Promise<void> {
    this.got = message;
  }
}

/** Stands where the guard stands, and does nothing. */
const bare: Guard = (server) => {
  const connect = server.connect.bind(server) as (transport: GuardedTransport) => Promise<void>;
  server.connect = ((transport: GuardedTransport): Promise<void> => {
    const [connected, send] = [connect(transport), transport.send.bind(transport)];
    const deliver = transport.onmessage?.bind(transport);
    transport.onmessage = (message, extra) => deliver?.(message, extra);
    transport.send = (message, options) => send(message, options);
    return connected;
  }) as typeof server.connect;
  return server;
};

function engine(name: string, label: string, guard: () => Promise<Guard>): Engine<Message> {
  return {
    name,
    label,
    async load() {
      const transport = new Transport();
      await (await guard())(new Server()).connect(transport as never);
      const answer = (message: Message): unknown => {
        transport.got = undefined;
        transport.onmessage?.(message as never);
        return transport.got;
      };
      // The live definitions are held against the pins once.
      answer({ jsonrpc: "2.0", id: "list", method: "tools/list" });
      while (transport.got === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
      return { answer };
    },
  };
}

async function guarded(): Promise<Guard> {
  const { guardOf } = await import("@mcpolicy/mcp");
  const policy = await policyOf(await filesystemArtifact("filesystem"), "generated");
  const caller = { principal: { id: "dev", roles: ["developer"] } };
  return guardOf({ policy, server: "fs", auth: () => caller });
}

/** Calls that the policy allows. */
function calls(): readonly Message[] {
  return Array.from({ length: 1_000 }, (_, at): Message => {
    const path = posix.join("/workspace/src", `part-${at % 37}`, `file-${at}.ts`);
    const params =
      at % 4 === 0
        ? { name: "write_file", arguments: { path, content: "export {};\n".repeat(at % 20) } }
        : { name: "read_text_file", arguments: { path } };
    return { jsonrpc: "2.0", id: at, method: "tools/call", params };
  });
}

/** What the guard adds in process. An answer stands for two messages: the call and its result. */
export const guardWorkload: Workload<Message> = {
  name: "guard",
  title: "A call and its result, two messages, in process: the policy of policies/filesystem",
  inputs: calls,
  timing: 2_000,
  engines: [
    engine("bare", "an interposition that does nothing", async () => bare),
    engine("guarded", "behind the guard: decided, recorded in memory, judged on the way back", guarded),
  ],
  // 2 µs a message.
  targets: [{ engine: "guarded", limit: { nanoseconds: 4_000, above: "bare" } }],
};
