/** What is asked of a client of Redis or Valkey: `fromIoredis` and `fromNodeRedis` make one of the user's. */
export interface RedisClient {
  /** Runs a script on the node that holds the keys, which are all of one slot. Rejects on any failure. */
  readonly run: (script: Script, keys: readonly string[], args: readonly string[]) => Promise<Reply>;
  /** Hears what is published on a channel, on a connection of its own; gives how to stop. Goes on when that connection was lost and is back. */
  readonly subscribe: (channel: string, heard: (message: string) => void) => Promise<() => Promise<void>>;
}

/** What a script answers with. */
export type Reply = string | number | null | readonly Reply[];

/** A Lua script, and its SHA-1 in hex, under which a server remembers it. */
export interface Script {
  readonly text: string;
  readonly sha: string;
}

/** Runs a script by its digest, and by its text where the server does not know it: it was restarted, or never asked before. */
export async function byDigest(bySha: () => Promise<unknown>, byText: () => Promise<unknown>): Promise<Reply> {
  try {
    return (await bySha()) as Reply;
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
    return (await byText()) as Reply;
  }
}
