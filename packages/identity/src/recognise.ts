import { messageOf, type RevocableToken, type Revocations } from "@mcpolicy/core";
import {
  type Authenticated,
  type Authentication,
  type Authenticator,
  type Refused,
  refused,
} from "./authentication.ts";
import { remembered } from "./remembered.ts";
import { type Token, textOf } from "./token.ts";

/** A caller as its token says, before revocations are asked. */
export interface Recognised {
  readonly authenticated: Authenticated;
  /** Why the token is not valid at an instant, in epoch milliseconds; empty where it is. */
  readonly whyUntimely: (now: number) => string;
}

export interface RecogniseOptions {
  readonly audiences: readonly string[];
  readonly revocations: Pick<Revocations, "isRevoked">;
  /** How many verified tokens are kept for their next use; 10,000 by default. */
  readonly mostKept?: number;
  /** Looks at a token that was not seen before. */
  readonly verify: (token: string, now: number) => Promise<Recognised | Refused>;
}

/**
 * What every authenticator does around the kind of token that it takes: a token that was verified once is not verified again, but its times
 * are held against the clock, and revocations are asked, at every use.
 */
export function recognising({ audiences, revocations, mostKept = 10_000, verify }: RecogniseOptions): Authenticator {
  const kept = remembered<Recognised>(mostKept);
  // On stdio the same token comes with each message: nothing is computed of it again.
  const atHand = new WeakMap<Token, Recognised>();

  const unlessRevoked = (authenticated: Authenticated): Authentication | Promise<Authentication> => {
    try {
      const answer = revocations.isRevoked(authenticated.token);
      if (typeof answer === "boolean") return judged(authenticated, answer);
      return answer.then((isRevoked) => judged(authenticated, isRevoked), unknownRevocation);
    } catch (problem) {
      return unknownRevocation(problem);
    }
  };

  const first = async (token: Token, text: string, now: number): Promise<Authentication> => {
    try {
      const found = await verify(text, now);
      if ("kind" in found) return found;
      kept.set(text, found);
      atHand.set(token, found);
      return await unlessRevoked(found.authenticated);
    } catch (problem) {
      return failed(problem);
    }
  };

  return {
    audiences,
    authenticate(credentials, now) {
      if (credentials.kind === "none") return refused("missing", "no token came with the request");
      if (credentials.kind === "malformed") return refused("malformed", credentials.why);
      if (!Number.isFinite(now)) return refused("fault", "the clock gives no time");
      try {
        const { token } = credentials;
        const text = textOf(token);
        const found = atHand.get(token) ?? kept.get(text);
        if (found === undefined) return first(token, text, now);
        const late = found.whyUntimely(now);
        if (late === "") return unlessRevoked(found.authenticated);
        kept.delete(text);
        atHand.delete(token);
        return refused("invalid", late);
      } catch (problem) {
        return failed(problem);
      }
    },
  };
}

// INVARIANT: only a plain `false` lets a token through.
function judged(authenticated: Authenticated, isRevoked: boolean): Authentication {
  return isRevoked === false ? authenticated : refused("invalid", "it was revoked");
}

function failed(problem: unknown): Refused {
  return refused("fault", `the token could not be verified: ${messageOf(problem)}`);
}

function unknownRevocation(problem: unknown): Refused {
  return refused("fault", `whether the token was revoked cannot be found out: ${messageOf(problem)}`);
}

/** What a verified token gives, in the form that is kept. */
export function recognised(
  parts: Omit<Authenticated, "kind"> & { readonly token: RevocableToken },
  whyUntimely: Recognised["whyUntimely"],
): Recognised {
  const token = Object.freeze({ ...parts.token });
  const scopes = Object.freeze([...parts.scopes]);
  return { authenticated: Object.freeze({ kind: "authenticated", ...parts, token, scopes }), whyUntimely };
}
