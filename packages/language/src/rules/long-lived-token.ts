import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import { durationValue } from "../literals.ts";
import type { Linted } from "./rule.ts";

/** Milliseconds: what a token lives where the policy does not say. */
const USUAL = 300_000;

/** `token { lifetime at most … }` that lets tokens live for longer than five minutes. */
export function* longLivedToken({ statements }: Linted): Iterable<Diagnostic> {
  for (const statement of statements) {
    if (statement.kind !== "token") continue;
    const { words } = statement;
    const at = words.findIndex(({ kind, text }) => kind === "word" && text === "lifetime");
    const length = at < 0 ? undefined : words[at + 3];
    if (length === undefined || (durationValue(length.text) ?? 0) <= USUAL) continue;
    yield diagnostic("P0419", length.span, `tokens may live for ${length.text}, and five minutes are usual`)
      .withNote("whoever gets hold of one calls as its owner until it ends or is revoked")
      .withHelp("let it be renewed instead, and write `lifetime at most 5m` or less");
  }
}
