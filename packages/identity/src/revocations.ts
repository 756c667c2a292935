import { issuedBeforeOf, nameOfRevocation, namesOfToken, type RevocableToken, type Revocations } from "@mcpolicy/core";

export interface MemoryRevocationsOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How many revocations, and how many ids that were seen, are held at once; 100,000 of each by default. */
  readonly most?: number;
}

/** What is held of revocations that name the same tokens: the widest of them. */
interface Held {
  /** Tokens issued before this instant are revoked; undefined where the id alone says which. */
  readonly issuedBefore: number;
  readonly until: number;
}

/**
 * Revocations in the memory of one process, for tests and for a single proxy. They end with it. Where there is no room for another, `revoke`
 * throws, and so does every `isRevoked` until the one that found no room may be forgotten: who is revoked is not known then.
 */
export function memoryRevocations({ now, most = 100_000 }: MemoryRevocationsOptions): Revocations {
  const held = new Map<string, Held>();
  const seen = new Map<string, number>();
  // The same token is asked about at each of its uses.
  const names = new WeakMap<RevocableToken, readonly string[]>();
  let lostUntil = Number.NEGATIVE_INFINITY;

  const namesFor = (token: RevocableToken): readonly string[] => {
    const known = names.get(token) ?? namesOfToken(token);
    if (Object.isFrozen(token)) names.set(token, known);
    return known;
  };

  return {
    isRevoked(token) {
      const at = now();
      if (lostUntil > at) throw new Error("there was no room for a revocation");
      return (
        held.size > 0 &&
        namesFor(token).some((name) => {
          const revocation = held.get(name);
          return revocation !== undefined && revocation.until > at && token.issuedAt < revocation.issuedBefore;
        })
      );
    },
    revoke(revocation) {
      const at = now();
      if (revocation.until <= at) return;
      const name = nameOfRevocation(revocation);
      const before = held.get(name);
      if (before === undefined && held.size >= most) {
        makeRoom(held, ({ until }) => until <= at);
        if (held.size >= most) {
          lostUntil = Math.max(lostUntil, revocation.until);
          throw new Error(
            `there is no room for more than ${most} revocations: no token is taken until ${new Date(lostUntil).toISOString()}`,
          );
        }
      }
      held.set(name, {
        issuedBefore: Math.max(issuedBeforeOf(revocation), before?.issuedBefore ?? Number.NEGATIVE_INFINITY),
        until: Math.max(revocation.until, before?.until ?? Number.NEGATIVE_INFINITY),
      });
    },
    seenOnce(id, until) {
      const at = now();
      if ((seen.get(id) ?? Number.NEGATIVE_INFINITY) > at) return false;
      if (!seen.has(id) && seen.size >= most) {
        makeRoom(seen, (end) => end <= at);
        if (seen.size >= most) throw new Error(`there is no room for more than ${most} ids`);
      }
      seen.set(id, until);
      return true;
    },
  };
}

function makeRoom<Value>(map: Map<string, Value>, isOver: (value: Value) => boolean): void {
  for (const [name, value] of map) if (isOver(value)) map.delete(name);
}
