import { createClient, createCluster } from "@redis/client";
import { Cluster, Redis } from "ioredis";
import { Redis as Valkey, Cluster as ValkeyCluster } from "iovalkey";
import { fromIoredis, fromNodeRedis, type RedisClient } from "../src/index.ts";

/** A connected client, as a user has it, and how to close it. */
export interface Connected {
  readonly client: RedisClient;
  readonly close: () => void;
  /** Sends one command, as text. */
  readonly send: (...command: string[]) => Promise<unknown>;
}

/** Each client that there is an adapter for: to one server, and to a cluster. */
export const clients: Readonly<Record<string, (port: number) => Promise<Connected>>> = {
  async ioredis(port) {
    const client = new Redis({ host: "127.0.0.1", port });
    client.on("error", () => {});
    return {
      client: fromIoredis(client),
      close: () => client.disconnect(),
      send: (name, ...rest) => client.call(name!, ...rest),
    };
  },
  async iovalkey(port) {
    const client = new Valkey({ host: "127.0.0.1", port });
    client.on("error", () => {});
    return {
      client: fromIoredis(client),
      close: () => client.disconnect(),
      send: (name, ...rest) => client.call(name!, ...rest),
    };
  },
  async "@redis/client"(port) {
    const client = createClient({ url: `redis://127.0.0.1:${port}` });
    client.on("error", () => {});
    await client.connect();
    return {
      client: fromNodeRedis(client),
      close: () => client.destroy(),
      send: (...command) => client.sendCommand(command),
    };
  },
};

export const clusterClients: Readonly<Record<string, (port: number) => Promise<Omit<Connected, "send">>>> = {
  async ioredis(port) {
    const client = new Cluster([{ host: "127.0.0.1", port }]);
    client.on("error", () => {});
    return { client: fromIoredis(client), close: () => client.disconnect() };
  },
  async iovalkey(port) {
    const client = new ValkeyCluster([{ host: "127.0.0.1", port }]);
    client.on("error", () => {});
    return { client: fromIoredis(client), close: () => client.disconnect() };
  },
  async "@redis/client"(port) {
    const client = createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${port}` }] });
    client.on("error", () => {});
    await client.connect();
    return { client: fromNodeRedis(client), close: () => client.destroy() };
  },
};
