import { SettingsError } from "./settings-error.ts";

/** What `fetch` is asked for here; the global one fits. */
export type Fetch = (
  url: string,
  options: {
    readonly headers: Readonly<Record<string, string>>;
    readonly redirect: "error";
    readonly signal: AbortSignal;
  },
) => Promise<{
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array> | null;
}>;

export interface FetchKeysOptions {
  readonly fetch: Fetch;
  /** Milliseconds; 5,000 by default. */
  readonly timeout?: number;
  /** Of the answer; 256 KiB by default. */
  readonly mostBytes?: number;
}

/**
 * Fetches a key set from a URL, for `rotatingKeys`. The URL is the operator's, never a token's; https, or http on this machine; no redirect
 * is followed. Throws a `SettingsError` where it is no such URL; what it gives rejects where the answer cannot be used.
 */
export function fetchKeys(url: string, options: FetchKeysOptions): () => Promise<unknown> {
  const { fetch, timeout = 5_000, mostBytes = 256 * 1024 } = options;
  const parsed = URL.parse(url);
  const isSafe = parsed?.protocol === "https:" || (parsed?.protocol === "http:" && isLoopback(parsed.hostname));
  if (parsed === null || !isSafe || parsed.username !== "" || parsed.password !== "") {
    throw new SettingsError(
      `\`${url}\` cannot be where keys come from: it takes an https URL, or an http one of this machine`,
    );
  }
  return async () => {
    const { status, body } = await fetch(parsed.href, {
      headers: { accept: "application/jwk-set+json, application/json" },
      redirect: "error",
      signal: AbortSignal.timeout(timeout),
    });
    if (status !== 200) throw new Error(`the answer has status ${status}`);
    return JSON.parse(await textOf(body ?? none(), mostBytes));
  };
}

/** Whether a host is this machine itself: nobody else can listen or answer there (RFC 6890; RFC 6761 §6.3). */
export function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[?::1\]?)$/i.test(host);
}

async function* none(): AsyncIterable<Uint8Array> {}

async function textOf(body: AsyncIterable<Uint8Array>, most: number): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > most) throw new Error(`the answer has more than ${most} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
