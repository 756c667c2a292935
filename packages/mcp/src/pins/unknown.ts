import { isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import { type Thing, usualUnknown } from "../wire/denial.ts";
import { type Answer, type Era, own } from "../wire/message.ts";

/** Gives a server's answer to something that it does not know, for any name. */
export type Unknown = (name: string, era: Era) => Answer;

/**
 * Makes it from the answer that the server gave to `probe`, a name that nothing has: then what is hidden looks as what is unknown does there.
 * An answer that is no refusal, carries more than texts, neither names the thing nor says that it is not there, or names another one that the server
 * has (it would give hidden ones away) is replaced by the usual one.
 */
export function unknownFrom(thing: Thing, probe: string, answer: Answer | undefined, names: Iterable<string>): Unknown {
  const usual: Unknown = (name, era) => usualUnknown(thing, name, era);
  const texts = answer === undefined ? undefined : textsOf(answer);
  if (
    answer === undefined ||
    texts === undefined ||
    !(texts.some((text) => text.includes(probe)) || saysSo(answer, texts))
  ) {
    return usual;
  }
  const rest = texts.map((text) => text.replaceAll(probe, " ")).join(" ");
  for (const name of names) if (rest.includes(name)) return usual;
  return (name) => withTexts(answer, (text) => text.replaceAll(probe, () => name));
}

/** Codes of what is not there: invalid params, no such method, no such resource (JSON-RPC 2.0; MCP 2025-11-25). */
const absent: ReadonlySet<unknown> = new Set([-32602, -32601, -32002]);

/** Whether a refusal that does not name the thing says that it is not there; any other may be about something else. */
function saysSo(answer: Answer, texts: readonly string[]): boolean {
  if (answer.kind === "error") return absent.has(answer.error["code"]);
  return texts.some((text) => /\bunknown\b|not found|no such|does not exist|not exist/i.test(text));
}

/** All texts of a refusal; undefined where it is none, or holds something else that could tell of others. */
function textsOf(answer: Answer): readonly string[] | undefined {
  if (answer.kind === "error") {
    const { message } = answer.error;
    const data = own(answer.error, "data");
    if (typeof message !== "string" || !(data === undefined || isRecord(data))) return undefined;
    const values = Object.values(data ?? {});
    return values.every((value) => typeof value === "string") ? [message, ...(values as string[])] : undefined;
  }
  const { content, isError, _meta: meta, resultType, ...more } = answer.result;
  if (isError !== true || !Array.isArray(content) || !content.every(isPlainText)) return undefined;
  return Object.keys(more).length === 0 ? content.map((block) => block.text) : undefined;
}

function isPlainText(block: Value): block is { readonly type: "text"; readonly text: string } {
  return (
    isRecord(block) && block["type"] === "text" && typeof block["text"] === "string" && Object.keys(block).length === 2
  );
}

function withTexts(answer: Answer, change: (text: string) => string): Answer {
  if (answer.kind === "error") {
    const { code, message, data } = answer.error;
    const changed = Object.entries((data ?? {}) as JsonObject).map(([name, value]) => [name, change(String(value))]);
    return {
      kind: "error",
      error: {
        code: code ?? null,
        message: change(String(message)),
        ...(data === undefined ? {} : { data: Object.fromEntries(changed) }),
      },
    };
  }
  const blocks = answer.result["content"] as readonly { readonly text: string }[];
  return {
    kind: "result",
    result: { ...answer.result, content: blocks.map(({ text }) => ({ type: "text", text: change(text) })) },
  };
}
