import { type ApprovalQuestion, type JsonObject, messageOf } from "@mcpolicy/core";
import { isLoopback, SettingsError } from "@mcpolicy/identity";
import { pauseFor } from "../pause.ts";

/** What `fetch` is asked for here; the global one fits. */
export type Post = (
  url: string,
  options: {
    readonly method: "POST";
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly redirect: "error";
    readonly signal: AbortSignal;
  },
) => Promise<{ readonly status: number; readonly body: { cancel(): Promise<void> } | null }>;

export interface WebhookOptions {
  /** The operator's, never a request's: https, or http on this machine. */
  readonly url: string;
  /** What signs the messages: 24 random bytes at least. */
  readonly secret: Uint8Array<ArrayBuffer>;
  /** What is said of arguments: their `names`, unless said, or all of them. */
  readonly arguments?: "names" | "full";
  /** Where a question is answered. */
  readonly page?: (id: string) => string;
  /** How often a message is sent at most; 5 unless said. */
  readonly attempts?: number;
  /** Milliseconds that one attempt may take; 5,000 unless said. */
  readonly timeout?: number;
  /** Milliseconds before the second attempt, twice as long before each further one; 1,000 unless said. */
  readonly pause?: number;
  /** Messages under way at once; further ones are given up. 100 unless said. */
  readonly most?: number;
  readonly fetch?: Post;
  /** What operators should know, as a line. */
  readonly note?: (text: string) => void;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

export interface Webhook {
  /** For `approvalChannel`. */
  readonly onAsked: (question: ApprovalQuestion) => void;
  /** Settles when nothing is under way any more; what waits for another attempt is given up. */
  readonly close: () => Promise<void>;
}

/** Answers that another attempt may change (RFC 9110 §15.5.9, RFC 8470, RFC 6585). */
const passing: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * Tells a URL of each new question: JSON, signed as Standard Webhooks 1.0 says (`webhook-id`, `webhook-timestamp`, `webhook-signature`). It tells, and is told
 * nothing: what is answered is not read, no redirect is followed, and the question stands whether it arrives or not. Throws a `SettingsError` where
 * the URL or the secret cannot be used.
 */
export function webhook(options: WebhookOptions): Webhook {
  const { attempts = 5, timeout = 5_000, pause = 1_000, most = 100, note = () => {}, now = Date.now } = options;
  const post: Post = options.fetch ?? fetch;
  const url = safeUrl(options.url);
  if (options.secret.length < 24) throw new SettingsError("the secret of the webhook has less than 24 bytes");
  const key = crypto.subtle.importKey("raw", options.secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const underWay = new Set<Promise<void>>();
  const closing = new AbortController();

  async function tell(question: ApprovalQuestion): Promise<void> {
    const body = JSON.stringify(eventOf(question, options, now()));
    let wait = pause;
    for (let attempt = 1; ; attempt += 1, wait *= 2) {
      const why = await send(question.id, body);
      if (why === undefined) return;
      const isLast = attempt >= attempts || why.isFinal || closing.signal.aborted || now() + wait >= question.until;
      if (isLast)
        return note(`the webhook was not told of question ${question.id}, after ${attempt} attempts: ${why.text}`);
      await pauseFor(wait, closing.signal);
    }
  }

  /** Undefined where it arrived. */
  async function send(
    id: string,
    body: string,
  ): Promise<{ readonly text: string; readonly isFinal: boolean } | undefined> {
    const seconds = String(Math.floor(now() / 1_000));
    const signed = new TextEncoder().encode(`${id}.${seconds}.${body}`);
    try {
      const mac = new Uint8Array(await crypto.subtle.sign("HMAC", await key, signed));
      const { status, body: answer } = await post(url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "webhook-id": id,
          "webhook-timestamp": seconds,
          "webhook-signature": `v1,${btoa(String.fromCharCode(...mac))}`,
        },
        body,
        redirect: "error",
        signal: AbortSignal.timeout(timeout),
      });
      await answer?.cancel().catch(() => {});
      if (status >= 200 && status < 300) return undefined;
      return { text: `status ${status}`, isFinal: status >= 400 && status < 500 && !passing.has(status) };
    } catch (problem) {
      return { text: messageOf(problem), isFinal: false };
    }
  }

  return {
    onAsked(question) {
      if (underWay.size >= most)
        return note(`the webhook was not told of question ${question.id}: too many messages are under way`);
      const telling = tell(question).catch((problem: unknown) => note(`the webhook failed: ${String(problem)}`));
      underWay.add(telling);
      void telling.finally(() => underWay.delete(telling));
    },
    async close() {
      closing.abort();
      await Promise.all(underWay);
    },
  };
}

function safeUrl(text: string): string {
  const url = URL.parse(text);
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
  if (url === null || !isSafe || url.username !== "" || url.password !== "") {
    throw new SettingsError(
      `the webhook takes an https URL without credentials, or an http one of this machine, not \`${text}\``,
    );
  }
  return url.href;
}

function eventOf(question: ApprovalQuestion, options: WebhookOptions, now: number): JsonObject {
  const { id, asked, until, callerId, client, tenant, server, method, operation, missing, because, rules } = question;
  const values = question.arguments as JsonObject;
  return {
    type: "approval.asked",
    timestamp: new Date(now).toISOString(),
    data: {
      ...{ id, asked: new Date(asked).toISOString(), until: new Date(until).toISOString() },
      caller: { id: callerId, ...(client === undefined ? {} : { client }), tenant: JSON.parse(tenant) },
      ...{ server, method, operation, missing, because: [...because], rules: [...rules] },
      ...(options.arguments === "full" ? { arguments: values } : { argumentNames: Object.keys(values) }),
      ...(options.page === undefined ? {} : { page: options.page(id) }),
    },
  };
}
