import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { entryOf } from "./conversations.ts";

/** Starts server-everything on HTTP, on a free port. */
export async function everythingOnHttp(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  const env = { ...process.env, PORT: String(port) };
  const child = spawn(process.execPath, [entryOf("server-everything"), "streamableHttp"], {
    ...{ env, stdio: ["ignore", "ignore", "pipe"] },
  });
  for await (const text of child.stderr ?? []) if (String(text).includes(String(port))) break;
  child.stderr?.resume();
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async stop() {
      child.kill();
      await once(child, "close");
    },
  };
}
