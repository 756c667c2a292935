import type { JsonObject } from "@mcpolicy/core";
import { type Caller, nobody } from "../caller.ts";
import { isSameCaller } from "../tasks/owners.ts";

/** Who is at the client's end of a connection, and what it said that it can be asked. */
export class Party {
  /** The first verified caller: the connection is this one's. */
  #owner: Caller = nobody;
  /** What the client of a legacy session declared when it opened it. */
  declared: JsonObject | undefined;
  /** What of that the server may use: what the policy could let it ask for. */
  offered: JsonObject | undefined;
  /** Capabilities of the server, as the client of a legacy session was told of them. */
  announced: JsonObject | undefined;

  get owner(): Caller {
    return this.#owner;
  }

  /** The caller, if the connection is theirs; nobody if it is another's. It belongs to the first who is known. */
  ofOwner(caller: Caller): Caller {
    const { principal } = caller;
    if (principal === undefined) return caller;
    const owner = this.#owner.principal;
    if (owner !== undefined && owner !== principal && !isSameCaller(owner, principal)) return nobody;
    this.#owner = caller;
    return caller;
  }
}
