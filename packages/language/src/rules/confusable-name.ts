import { type Diagnostic, diagnostic, type Span } from "@mcpolicy/diagnostics";
import type { Linted } from "./rule.ts";

const others = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}]/u;

/** A name that mixes Latin letters with look-alikes of another script: it never equals the name that it looks like. */
export function* confusableName({ statements, scope }: Linted): Iterable<Diagnostic> {
  const named: { readonly text: string; readonly span: Span; readonly what: string }[] = [];
  for (const statement of statements) {
    if (statement.kind === "role") named.push({ text: statement.name.text, span: statement.name.span, what: "role" });
    if ("name" in statement && statement.name !== undefined && "value" in statement.name) {
      named.push({ text: statement.name.value, span: statement.name.span, what: "rule" });
    }
  }
  for (const { node, checked } of scope.servers.values()) {
    for (const tool of checked.tools) named.push({ text: tool.name, span: node.name.span, what: "tool" });
  }
  for (const { text, span, what } of named) {
    const strange = [...text].filter((letter) => others.test(letter));
    if (strange.length === 0 || !/\p{Script=Latin}/u.test(text)) continue;
    const codes = strange.map((letter) => `U+${letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`);
    yield diagnostic("P0410", span, `the ${what} \`${text}\` mixes scripts: ${[...new Set(codes)].join(", ")}`)
      .withNote("it looks like another name, and is never equal to it")
      .withHelp("write it in one script, or make sure that this is the name that is meant");
  }
}
