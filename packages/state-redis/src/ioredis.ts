import { byDigest, type RedisClient } from "./client.ts";

/** What is used of a client of ioredis (5, 6) or iovalkey: `Redis` or `Cluster`. */
export interface IoredisLike {
  evalsha(sha: string, keyCount: number, ...rest: string[]): Promise<unknown>;
  eval(script: string, keyCount: number, ...rest: string[]): Promise<unknown>;
  duplicate(): IoredisSubscriber;
  readonly isCluster?: boolean;
  on(event: "error", heard: (error: Error) => void): unknown;
}

/** The connection that listens. */
export interface IoredisSubscriber {
  subscribe(channel: string): Promise<unknown>;
  on(event: "message", heard: (channel: string, message: string) => void): unknown;
  on(event: "error", heard: (error: Error) => void): unknown;
  on(event: "ready", heard: () => void): unknown;
  disconnect(): void;
}

/** Takes a client of ioredis or iovalkey, of one server or of a cluster. It stays the user's to close. */
export function fromIoredis(client: IoredisLike): RedisClient {
  // A client that nobody listens to ends the process, or writes to its output, on a failure that no command reports.
  client.on("error", unheard);
  return {
    run: (script, keys, args) =>
      byDigest(
        () => client.evalsha(script.sha, keys.length, ...keys, ...args),
        () => client.eval(script.text, keys.length, ...keys, ...args),
      ),
    async subscribe(channel, message) {
      // Left to itself a client subscribes again after a reconnection, and ends the process where that is refused.
      const listening = client.isCluster ? client.duplicate() : duplicateOf(client, { autoResubscribe: false });
      listening.on("error", unheard);
      listening.on("message", (from, text) => {
        if (from === channel) message(text);
      });
      try {
        await listening.subscribe(channel);
      } catch (error) {
        listening.disconnect();
        throw error;
      }
      if (!client.isCluster) listening.on("ready", () => void listening.subscribe(channel).catch(unheard));
      return async () => listening.disconnect();
    },
  };
}

/** A `Redis` takes the options in which its duplicate differs; a `Cluster`, of the same shape but for that, takes nodes. */
function duplicateOf(client: IoredisLike, differing: object): IoredisSubscriber {
  return (client as { duplicate(differing: object): IoredisSubscriber }).duplicate(differing);
}

/** What a failure means shows in the commands that it makes fail. */
function unheard(): void {}
