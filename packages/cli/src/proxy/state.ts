import { type Approvals, durationText, type Revocations, type StateDriver, type Windows } from "@mcpolicy/core";
import { memoryDriver } from "@mcpolicy/runtime";
import { given } from "../given.ts";

/** A Redis or Valkey that instances share. Times in milliseconds. */
export interface StateSettings {
  readonly url: string;
  readonly name: string;
  readonly prefix: string | undefined;
  readonly timeout: number;
  /** How long to go by what was last known while it is away; undefined: everything that needs it is denied then. */
  readonly lastKnown: number | undefined;
}

/** Where state is kept, open. */
export interface OpenState {
  readonly driver: StateDriver;
  /** Those of the store that instances share, and the questions to approvers there; undefined where there is none. */
  readonly revocations: Revocations | undefined;
  readonly approvals: Approvals | undefined;
  readonly close: () => Promise<void>;
}

/** How long a client may take to say that it is there, in milliseconds. It is only told of: what needs the store is denied while it is away. */
const GREETING = 5_000;

/** Opens it. `flight` is how long a call may be under way, in milliseconds; `say` hears what operators should know. */
export async function openState(
  settings: StateSettings | undefined,
  windows: Windows,
  flight: number,
  say: (text: string) => void,
): Promise<OpenState> {
  if (settings === undefined) {
    return {
      driver: memoryDriver({ ...windows, flight }),
      revocations: undefined,
      approvals: undefined,
      close: async () => {},
    };
  }
  const { url, name, prefix, timeout, lastKnown } = settings;
  const [{ Redis }, { fromIoredis, redisApprovals, redisDriver, redisRevocations }] = await Promise.all([
    import("ioredis"),
    import("@mcpolicy/state-redis"),
  ]);
  // What a command may take is the driver's to say: one that is not answered by then is not sent again.
  const redis = new Redis(url, { maxRetriesPerRequest: 1, connectTimeout: timeout });
  const common = {
    client: fromIoredis(redis),
    policy: name,
    timeout,
    away: lastKnown === undefined ? ("deny" as const) : { lastKnown },
    notice: ({ text }: { readonly text: string }) => say(`state: ${text}`),
    ...given({ prefix }),
  };
  const driver = redisDriver({ ...common, windows, flight });
  const revocations = redisRevocations(common);
  const late = new Promise<"away">((resolve) => setTimeout(resolve, GREETING, "away").unref());
  const greeting = await Promise.race([redis.ping().catch(() => "away" as const), late]);
  const meanwhile =
    lastKnown === undefined
      ? "calls that need it are denied"
      : `${durationText(lastKnown)} of what was last known count`;
  say(
    greeting === "PONG"
      ? `keeps state in ${hostOf(url)} as \`${name}\``
      : `the store of state, ${hostOf(url)}, does not answer: while it is away ${meanwhile}`,
  );
  return {
    driver,
    revocations,
    approvals: redisApprovals(common),
    async close() {
      await revocations.close?.();
      await driver.close?.();
      redis.disconnect();
    },
  };
}

/** Without credentials. */
function hostOf(url: string): string {
  return URL.parse(url)?.host ?? "the store";
}
