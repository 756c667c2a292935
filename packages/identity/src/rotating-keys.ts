import { messageOf } from "@mcpolicy/core";
import { fetchedKeys, type KeySource, KeysUnavailable, NoSuchKey } from "./keys.ts";

/** Milliseconds. */
export interface Rotation {
  /** When a set that is held is asked for again. */
  readonly maxAge: number;
  /** How long a set may be used while no newer one can be had: a key that was withdrawn is refused after that. */
  readonly mostAge: number;
  /** Between two attempts, whatever is asked: keys that nobody has must not make us ask for each. */
  readonly coolDown: number;
}

/** Ten minutes, an hour, half a minute. */
export const usualRotation: Rotation = Object.freeze({ maxAge: 600_000, mostAge: 3_600_000, coolDown: 30_000 });

/** How soon a set that was never had is asked for again. */
const RETRY = 5_000;

/**
 * The keys of an issuer that changes them: asked for when first needed, when they are old, and when a token names one that is not held.
 * `load` gives the key set as JSON, or rejects.
 */
export function rotatingKeys(load: () => Promise<unknown>, rotation: Partial<Rotation> = {}): KeySource {
  const { maxAge, mostAge, coolDown } = { ...usualRotation, ...rotation };
  let held: { readonly keys: KeySource; readonly since: number } | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let why = "";
  let pending: Promise<void> | undefined;

  const reload = async (now: number): Promise<void> => {
    triedAt = now;
    try {
      const keys = fetchedKeys(await load());
      if (keys === undefined) throw new Error("what came is no JSON Web Key Set");
      held = { keys, since: now };
    } catch (problem) {
      why = messageOf(problem);
    }
  };
  const refreshed = (now: number, patience: number): Promise<void> | undefined => {
    if (pending === undefined && elapsed(triedAt, now) >= patience) {
      pending = reload(now).finally(() => {
        pending = undefined;
      });
    }
    return pending;
  };

  return {
    async keyFor(hint, now) {
      if (held === undefined) await refreshed(now, Math.min(RETRY, coolDown));
      else if (elapsed(held.since, now) >= maxAge) await refreshed(now, coolDown);
      if (held === undefined || elapsed(held.since, now) >= mostAge) {
        throw new KeysUnavailable(`the issuer's keys cannot be had: ${why}`);
      }
      const before = held;
      try {
        return await before.keys.keyFor(hint, now);
      } catch (problem) {
        if (!(problem instanceof NoSuchKey)) throw problem;
        await refreshed(now, coolDown);
        if (held === before) throw problem;
        return held.keys.keyFor(hint, now);
      }
    },
  };
}

/** A clock that was set back makes everything old: how long ago it was is not known. */
function elapsed(since: number, now: number): number {
  return now < since ? Number.POSITIVE_INFINITY : now - since;
}
