import { byDigest, type RedisClient } from "./client.ts";

/** What is used of a client of ioredis (5, 6) or iovalkey: `Redis` or `Cluster`. */
export interface IoredisLike {
  evalsha(sha: string, keyCount: number, ...rest: string[]): Promise<unknown>;
  eval(script: string, keyCount: number, ...rest: string[]): Promise<unknown>;
  duplicate(): IoredisSubscriber;
  on(event: "error", heard: (error: Error) => void): unknown;
  off(event: "error", heard: (error: Error) => void): unknown;
}

/** The connection that listens. */
export interface IoredisSubscriber {
  subscribe(channel: string): Promise<unknown>;
  on(event: "message", heard: (channel: string, message: string) => void): unknown;
  on(event: "error", heard: (error: Error) => void): unknown;
  disconnect(): void;
}

/** Takes a client of ioredis or iovalkey, of one server or of a cluster. It stays the user's to close. */
export function fromIoredis(client: IoredisLike): RedisClient {
  const errors = new Set<(error: unknown) => void>();
  const heard = (error: unknown): void => {
    for (const each of errors) each(error);
  };
  return {
    run: (script, keys, args) =>
      byDigest(
        () => client.evalsha(script.sha, keys.length, ...keys, ...args),
        () => client.eval(script.text, keys.length, ...keys, ...args),
      ),
    async subscribe(channel, message) {
      const listening = client.duplicate();
      listening.on("error", heard);
      listening.on("message", (from, text) => {
        if (from === channel) message(text);
      });
      // It subscribes again by itself after a reconnection.
      await listening.subscribe(channel);
      return async () => listening.disconnect();
    },
    onError(listener) {
      errors.add(listener);
      client.on("error", listener);
      return () => {
        errors.delete(listener);
        client.off("error", listener);
      };
    },
  };
}
