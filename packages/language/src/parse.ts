import { type Diagnostic, diagnostic, type Source } from "@mcpolicy/diagnostics";
import type { Policy } from "./ast.ts";
import { attachComments } from "./attach-comments.ts";
import { lex } from "./lexer.ts";
import { parseStatements } from "./recover.ts";
import { toAst } from "./to-ast.ts";

/** At most this many mistakes are reported one by one. */
export const reportLimit = 100;

/**
 * Text to syntax tree. Always gives a policy: statements with a mistake are mended or left out, and reported. Never throws, whatever
 * the text; texts over 1 MiB and statements nested too deep are refused unread.
 */
export function parse(source: Source): { readonly policy: Policy; readonly diagnostics: readonly Diagnostic[] } {
  const { name: file, text } = source;
  const { tokens, comments, diagnostics: lexical } = lex(source);
  const { trees, diagnostics: grammatical, isComplete } = parseStatements(tokens, file);
  const { statements, lines, closings, diagnostics: structural } = toAst(trees, file, text);
  const closing: string[] = [];
  const commenting = attachComments(comments, tokens, lines, closings, closing, file);
  const inOrder = statements.toSorted((a, b) => a.span.start - b.span.start);
  return {
    policy: { statements: inOrder, closing, span: { file, start: 0, end: text.length } },
    diagnostics: limited([...lexical, ...grammatical, ...structural, ...commenting], isComplete),
  };
}

/** In the order of the text, the first hundred and how many more there are. */
function limited(diagnostics: readonly Diagnostic[], isComplete: boolean): readonly Diagnostic[] {
  const inOrder = diagnostics.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  if (inOrder.length <= reportLimit && isComplete) return inOrder;
  const reported = inOrder.slice(0, reportLimit);
  // Errors before warnings: whether there is an error must not depend on the limit.
  const error = inOrder.find((each) => each.severity === "error");
  const last = reported.at(-1)!;
  const more = Math.max(0, inOrder.length - reportLimit);
  const count = isComplete ? `${more}` : more > 0 ? `${more} or more` : "some";
  const found = diagnostic("P0116", last.span, `this file has too many mistakes: ${count} further ones are not shown`)
    .withLabel("the last one shown")
    .withHelp("mend these first, then check again");
  return error === undefined || reported.includes(error) ? [...reported, found] : [...reported, error, found];
}
