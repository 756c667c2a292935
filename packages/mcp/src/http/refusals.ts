import type { Refused } from "@mcpolicy/identity";
import { nobody } from "../caller.ts";
import { housekeeping } from "../connection/shared.ts";
import type { Enforcer } from "../decide/enforcer.ts";
import { unauthenticated } from "../decide/gates.ts";
import type { Maybe } from "../maybe.ts";

/** How many are taken down in a second: a flood of strangers must not fill the log. */
const MOST = 10;

/** Requests that brought no valid token: taken down as long as they are few, counted where they are many. */
export class Refusals {
  readonly #enforcer: () => Enforcer;
  #second = 0;
  #taken = 0;
  #passedOver = 0;

  constructor(enforcer: () => Enforcer) {
    this.#enforcer = enforcer;
  }

  add({ refusal, detail }: Refused): Maybe<unknown> {
    const enforcer = this.#enforcer();
    const second = Math.floor(enforcer.now() / 1000);
    if (second !== this.#second) [this.#second, this.#taken] = [second, 0];
    if (this.#taken >= MOST) {
      this.#passedOver += 1;
      return undefined;
    }
    this.#taken += 1;
    const before = this.#passedOver === 0 ? [] : [`${this.#passedOver} more were refused before this one`];
    this.#passedOver = 0;
    const notes = [`${refusal}: ${detail}`, ...before];
    return enforcer.byTable(housekeeping("client", "", "legacy", nobody, notes), unauthenticated);
  }
}
