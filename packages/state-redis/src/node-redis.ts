import { byDigest, type RedisClient } from "./client.ts";

/** What is used of a client of `@redis/client` (5, 6), also as `redis` gives it: `createClient` or `createCluster`. */
export interface NodeRedisLike {
  evalSha(sha: string, options: ScriptOptions): Promise<unknown>;
  eval(script: string, options: ScriptOptions): Promise<unknown>;
  duplicate(): NodeRedisSubscriber;
  on(event: "error", heard: (error: unknown) => void): unknown;
}

export interface ScriptOptions {
  keys: string[];
  arguments: string[];
}

/** The connection that listens. */
export interface NodeRedisSubscriber {
  connect(): Promise<unknown>;
  subscribe(channel: string, heard: (message: string) => void): Promise<unknown>;
  on(event: "error", heard: (error: unknown) => void): unknown;
  destroy(): void;
}

/** Takes a connected client of `@redis/client`, of one server or of a cluster. It stays the user's to close. */
export function fromNodeRedis(client: NodeRedisLike): RedisClient {
  // A client that nobody listens to ends the process, or writes to its output, on a failure that no command reports.
  client.on("error", unheard);
  return {
    run(script, keys, args) {
      const options = (): ScriptOptions => ({ keys: [...keys], arguments: [...args] });
      return byDigest(
        () => client.evalSha(script.sha, options()),
        () => client.eval(script.text, options()),
      );
    },
    async subscribe(channel, message) {
      const listening = client.duplicate();
      listening.on("error", unheard);
      try {
        await listening.connect();
        await listening.subscribe(channel, message);
      } catch (error) {
        listening.destroy();
        throw error;
      }
      return async () => listening.destroy();
    },
  };
}

/** What a failure means shows in the commands that it makes fail. */
function unheard(): void {}
