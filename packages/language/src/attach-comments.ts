import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import type { IToken } from "chevrotain";
import { type Findings, findingsOf } from "./findings.ts";
import type { CommentLexeme } from "./lexer.ts";
import type { Closing, Line } from "./to-ast.ts";
import * as t from "./tokens.ts";

/**
 * Gives each comment to a node: the one that it stands before, else the one that it stands behind in its line, else the innermost
 * one around it. None is lost. A `///` that documents nothing becomes a comment, and is reported.
 */
export function attachComments(
  comments: readonly CommentLexeme[],
  tokens: readonly IToken[],
  lines: readonly Line[],
  closings: readonly Closing[],
  end: string[],
  file: string,
): Findings {
  const lost: CommentLexeme[] = [];
  const inOrder = lines.toSorted((a, b) => a.span.start - b.span.start || b.span.end - a.span.end);
  // Of lines that begin (end) at one place, the outermost.
  const byStart = new Map(inOrder.toReversed().map((line) => [line.span.start, line]));
  const byEnd = new Map(inOrder.toReversed().map((line) => [line.span.end, line]));
  const byClosing = new Map(closings.map((closing) => [closing.offset, closing]));

  let next = 0;
  const open: Line[] = [];
  let nextLine = 0;
  for (const comment of comments) {
    while (next < tokens.length && tokens[next]!.startOffset < comment.start) next += 1;
    // The lines around the comment, outermost first.
    for (; nextLine < inOrder.length && inOrder[nextLine]!.span.start < comment.start; nextLine += 1) {
      closeBefore(open, inOrder[nextLine]!.span.start);
      open.push(inOrder[nextLine]!);
    }
    closeBefore(open, comment.start);

    const after = tokens[next];
    const isBehind = next > 0 && comment.isBehindToken;
    if (!isBehind) {
      const line = after === undefined ? undefined : byStart.get(after.startOffset);
      if (line !== undefined) {
        (comment.kind === "doc" ? line.docs : line.comments).push(comment.text);
        continue;
      }
    }
    if (comment.kind === "doc") lost.push(comment);
    const behind = isBehind ? byEnd.get(endBefore(tokens, next)) : undefined;
    if (behind !== undefined && behind.trailing === undefined) behind.trailing = comment.text;
    else if (!isBehind && after === undefined) end.push(comment.text);
    else if (!isBehind && byClosing.has(after!.startOffset))
      byClosing.get(after!.startOffset)!.comments.push(comment.text);
    else (open.at(-1)?.comments ?? end).push(comment.text);
  }
  return findingsOf(lost.map((comment) => () => documentsNothing(comment, file)));
}

function closeBefore(open: Line[], offset: number): void {
  while (open.length > 0 && open.at(-1)!.span.end <= offset) open.pop();
}

/** The end of the last token before `next`, but for the comma behind a field. */
function endBefore(tokens: readonly IToken[], next: number): number {
  const last = tokens[next - 1]!;
  const token = last.tokenType === t.Comma && next > 1 ? tokens[next - 2]! : last;
  return token.endOffset! + 1;
}

function documentsNothing(comment: CommentLexeme, file: string): Diagnostic {
  return diagnostic("P0121", { file, start: comment.start, end: comment.end }, "this `///` documents nothing")
    .withLabel("no statement, field or entry begins here")
    .withNote("it is read as a plain comment")
    .withHelp("put it on a line of its own before what it describes, or write `//`");
}
