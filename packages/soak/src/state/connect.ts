import { fromIoredis, fromNodeRedis, type IoredisLike, type RedisClient } from "@mcpolicy/state-redis";
import { createClient, createCluster } from "@redis/client";
import { Cluster, Redis } from "ioredis";
import { Redis as Valkey, Cluster as ValkeyCluster } from "iovalkey";
import type { Store } from "./orders.ts";

/** A client as a user makes it, of a server or a cluster, through its adapter; and how to close it. */
export async function connect({
  client: name,
  port,
  isCluster,
  timeout,
}: Store): Promise<{ client: RedisClient; close: () => void }> {
  const at = { host: "127.0.0.1", port };
  const url = `redis://127.0.0.1:${port}`;
  if (name === "@redis/client") {
    // Its own time for a command, 5 s, would be over first.
    const commandOptions = { timeout };
    const client = isCluster
      ? createCluster({ rootNodes: [{ url }], commandOptions })
      : createClient({ url, commandOptions });
    client.on("error", () => {});
    await client.connect();
    return { client: fromNodeRedis(client), close: () => client.destroy() };
  }
  const client = ioredisOf(name, isCluster, at);
  client.on("error", () => {});
  return { client: fromIoredis(client), close: () => client.disconnect() };
}

function ioredisOf(
  name: "ioredis" | "iovalkey",
  isCluster: boolean,
  at: { readonly host: string; readonly port: number },
): IoredisLike & { disconnect(): void } {
  if (name === "ioredis") return isCluster ? new Cluster([at]) : new Redis(at);
  return isCluster ? new ValkeyCluster([at]) : new Valkey(at);
}
