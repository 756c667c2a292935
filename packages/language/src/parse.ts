import { type Diagnostic, diagnostic, type Source } from "@mcpolicy/diagnostics";
import type { Policy } from "./ast.ts";
import { attachComments } from "./attach-comments.ts";
import { type Findings, reportLimit } from "./findings.ts";
import { lex } from "./lexer.ts";
import { parseStatements } from "./recover.ts";
import { toAst } from "./to-ast.ts";

/**
 * Text to syntax tree. Always gives a policy: statements with a mistake are mended or left out, and reported. Never throws, whatever
 * the text; texts over 1 MiB and statements nested too deep are refused unread.
 */
export function parse(source: Source): { readonly policy: Policy; readonly diagnostics: readonly Diagnostic[] } {
  const { name: file, text } = source;
  const { tokens, comments, findings: lexical } = lex(source);
  const { trees, findings: grammatical, isComplete } = parseStatements(tokens, file);
  const { statements, lines, closings, findings: structural } = toAst(trees, file, text);
  const closing: string[] = [];
  const undocumenting = attachComments(comments, tokens, lines, closings, closing, file);
  return {
    policy: {
      statements: statements.toSorted((a, b) => a.span.start - b.span.start),
      closing,
      span: { file, start: 0, end: text.length },
    },
    diagnostics: report([...lexical, grammatical, structural, undocumenting], isComplete),
  };
}

/** In the order of the text: all mistakes, or the first hundred and how many more there are. */
function report(findings: readonly Findings[], isComplete: boolean): readonly Diagnostic[] {
  const inOrder = findings
    .flatMap(({ first }) => first)
    .toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  const count = findings.reduce((sum, each) => sum + each.count, 0);
  if (count <= reportLimit && isComplete) return inOrder;
  const reported = inOrder.slice(0, reportLimit);
  const more = count - reported.length;
  const howMany = isComplete ? `${more}` : more > 0 ? `${more} or more` : "some";
  return [
    ...reported,
    diagnostic("P0116", reported.at(-1)!.span, `this file has too many mistakes: ${howMany} further ones are not shown`)
      .withLabel("the last one shown")
      .withHelp("mend these first, then check again"),
  ];
}
