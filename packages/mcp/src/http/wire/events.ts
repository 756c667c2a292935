/** Something that stands in a stream of events. */
export type StreamItem =
  /** `data` is empty in an event that only names itself, so that the stream can be taken up again after it. */
  | {
      readonly kind: "event";
      readonly data: string;
      readonly id: string | undefined;
      readonly retry: number | undefined;
    }
  /** Keeps the connection alive, and says nothing. */
  | { readonly kind: "comment" }
  | { readonly kind: "oversize" };

/** Reads a stream of events (WHATWG HTML, server-sent events), holding at most `bytes` of one that is not over. */
export class EventReader {
  readonly #bytes: number;
  readonly #decoder = new TextDecoder("utf-8");
  /** Of a line that is not over. */
  #rest: string[] = [];
  #restSize = 0;
  #data: string[] = [];
  #dataSize = 0;
  #id: string | undefined;
  #retry: number | undefined;
  #hasFields = false;
  /** The last line ended in CR: a LF that follows belongs to it. */
  #endedInReturn = false;
  #isOver = false;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** What a chunk completed. Nothing comes after `oversize`. */
  push(chunk: Uint8Array): readonly StreamItem[] {
    if (this.#isOver) return [];
    const items: StreamItem[] = [];
    const text = this.#decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const unit = text[at];
      const isSecond = unit === "\n" && at === from && this.#endedInReturn;
      this.#endedInReturn = unit === "\r";
      if (unit !== "\n" && unit !== "\r") continue;
      if (!isSecond) this.#line(this.#rest.join("") + text.slice(from, at), items);
      this.#rest = [];
      this.#restSize = 0;
      from = at + 1;
    }
    this.#rest.push(text.slice(from));
    this.#restSize += text.length - from;
    if (this.#dataSize + this.#restSize > this.#bytes) {
      this.#isOver = true;
      this.#rest = [];
      this.#data = [];
      items.push({ kind: "oversize" });
    }
    return items;
  }

  #line(line: string, items: StreamItem[]): void {
    if (line === "") {
      this.#dispatch(items);
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) {
      items.push({ kind: "comment" });
      return;
    }
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    this.#hasFields = true;
    if (name === "data") {
      this.#data.push(value);
      this.#dataSize += value.length + 1;
    } else if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "retry" && /^\d{1,9}$/.test(value)) this.#retry = Number(value);
  }

  #dispatch(items: StreamItem[]): void {
    if (this.#hasFields) {
      items.push({ kind: "event", data: this.#data.join("\n"), id: this.#id, retry: this.#retry });
    }
    this.#data = [];
    this.#dataSize = 0;
    this.#id = undefined;
    this.#retry = undefined;
    this.#hasFields = false;
  }
}

/** One event. `data` is JSON on one line, or empty; `id` and `retry` where there are. */
export function eventText(data: string, id?: string, retry?: number): string {
  const fields = [
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(retry === undefined ? [] : [`retry: ${retry}`]),
    ...(data === "" ? [] : ["event: message"]),
    `data: ${data}`,
  ];
  return `${fields.join("\n")}\n\n`;
}

/** Says nothing, and keeps the connection alive. */
export const COMMENT = ":\n\n";
