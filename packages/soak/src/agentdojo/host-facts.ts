import type { JsonObject } from "@mcpolicy/core";
import type { Contact } from "./suite.ts";

/**
 * What the host adds to each request of a conversation: facts of the person's own words and of their address book, and of nothing
 * that a tool returned. Where nobody asked for anything (no prompt) there are none but the address book.
 */
export function hostFacts(prompt: string | undefined, contacts: readonly Contact[]): JsonObject {
  const book = contacts.map(({ email }) => email);
  if (prompt === undefined) return { contacts: book };
  const written = prompt.match(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g) ?? [];
  const called = contacts.filter(({ name }) => name.includes(" ") && prompt.includes(name)).map(({ email }) => email);
  return { request: prompt, addresses: [...written, ...called], contacts: book, phrases: phrasesOf(prompt) };
}

/** What stands in quotation marks, each up to a hole such as `{name}`. An apostrophe inside a word is none. */
function phrasesOf(prompt: string): readonly string[] {
  const quoted = [...prompt.matchAll(/(?<![\p{L}\d])(['"])(.+?)\1(?![\p{L}\d])/gu)].map(([, , text]) => text!);
  return quoted.map((text) => text.split("{")[0]!.trim()).filter((text) => text !== "");
}
