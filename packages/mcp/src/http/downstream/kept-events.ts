/** An event as it was sent, or as it would have been where nobody was there. */
export interface KeptEvent {
  readonly id: string;
  readonly stream: string;
  readonly text: string;
}

/** How many events of a session are kept, and how many characters. */
const MOST_EVENTS = 100;
const MOST_TEXT = 8 * 1024 * 1024;

/**
 * The last events of a session, so that a client whose connection broke can ask for those that it missed (MCP 2025-11-25, "Resumability and
 * Redelivery"). Bounded: the oldest go first.
 */
export class KeptEvents {
  #events: KeptEvent[] = [];
  #size = 0;
  #next = 1;

  /** A name for an event of a stream, unique within the session. */
  newId(stream: string): string {
    return `${stream}-${this.#next++}`;
  }

  keep(event: KeptEvent): void {
    this.#events.push(event);
    this.#size += event.text.length;
    while (this.#events.length > MOST_EVENTS || this.#size > MOST_TEXT) {
      this.#size -= this.#events.shift()?.text.length ?? 0;
    }
  }

  /** What came on the same stream after an event; undefined for a name that was not given here. */
  after(id: string): { readonly stream: string; readonly missed: readonly KeptEvent[] } | undefined {
    const match = /^(.+)-(\d{1,15})$/.exec(id);
    const number = Number(match?.[2]);
    if (match === null || number >= this.#next) return undefined;
    const stream = match[1] as string;
    const missed = this.#events.filter((each) => each.stream === stream && numberOf(each) > number);
    return { stream, missed };
  }
}

function numberOf({ id }: KeptEvent): number {
  return Number(id.slice(id.lastIndexOf("-") + 1));
}
