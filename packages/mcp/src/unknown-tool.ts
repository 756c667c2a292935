import { isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import { usualUnknownTool } from "./denial.ts";
import { type Answer, type Era, own } from "./message.ts";

/** Gives a server's answer to a tool that it does not know, for any name. */
export type UnknownTool = (name: string, era: Era) => Answer;

/**
 * Makes it from the answer that the server gave to `probe`, a name that no tool has: then a hidden tool looks as an unknown one does there.
 * An answer that is no refusal, carries more than texts, does not name the tool, or names another one that the server has (it would give hidden
 * tools away) is replaced by the usual one.
 */
export function unknownToolFrom(probe: string, answer: Answer | undefined, toolNames: Iterable<string>): UnknownTool {
  const texts = answer === undefined ? undefined : textsOf(answer);
  if (answer === undefined || texts === undefined || !texts.some((text) => text.includes(probe)))
    return usualUnknownTool;
  const rest = texts.map((text) => text.replaceAll(probe, " ")).join(" ");
  for (const name of toolNames) if (rest.includes(name)) return usualUnknownTool;
  return (name) => withTexts(answer, (text) => text.replaceAll(probe, () => name));
}

function textsOf(answer: Answer): readonly string[] | undefined {
  if (answer.kind === "error") {
    const { message } = answer.error;
    return typeof message === "string" && own(answer.error, "data") === undefined ? [message] : undefined;
  }
  const { content, isError } = answer.result;
  if (isError !== true || !Array.isArray(content) || !content.every(isPlainText)) return undefined;
  return Object.keys(answer.result).length === 2 ? content.map((block) => block.text) : undefined;
}

function isPlainText(block: Value): block is { readonly type: "text"; readonly text: string } {
  return (
    isRecord(block) && block["type"] === "text" && typeof block["text"] === "string" && Object.keys(block).length === 2
  );
}

function withTexts(answer: Answer, change: (text: string) => string): Answer {
  if (answer.kind === "error") {
    const { code, message } = answer.error;
    return { kind: "error", error: { code: code ?? null, message: change(String(message)) } };
  }
  const blocks = answer.result["content"] as readonly { readonly text: string }[];
  const result: JsonObject = {
    content: blocks.map(({ text }) => ({ type: "text", text: change(text) })),
    isError: true,
  };
  return { kind: "result", result };
}
