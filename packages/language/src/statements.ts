import { suggest } from "@mcpolicy/diagnostics";
import { type IToken, type TokenType, tokenMatcher } from "chevrotain";
import { placing } from "./lexer.ts";
import * as t from "./tokens.ts";
import { word } from "./tokens.ts";

/** The words that begin a statement. */
export const statementWords: readonly string[] = [
  ..."mcpolicy import narrows server principal context data let capability role allow deny require limit label".split(
    " ",
  ),
  ..."redact check assert token audit network shadow".split(" "),
];

const starters: ReadonlySet<TokenType> = new Set(statementWords.map(word));

/** Whether a statement begins here, for those of its words that also stand inside of one. */
const startShapes: ReadonlyMap<TokenType, (tokens: readonly IToken[], at: number) => boolean> = new Map([
  [word("principal"), (tokens, at) => isAt(tokens, at + 1, t.LCurly)],
  [word("context"), (tokens, at) => isAt(tokens, at + 1, t.LCurly)],
  [
    word("data"),
    (tokens, at) =>
      isIdentAt(tokens, at + 1) &&
      isAt(tokens, at + 2, word("from")) &&
      (isTextAt(tokens, at + 3) || placing(tokens[at]!).isFirstInLine),
  ],
  [
    word("role"),
    (tokens, at) => isAt(tokens, at + 2, t.LCurly) || (placing(tokens[at]!).isFirstInLine && !isTextAt(tokens, at + 1)),
  ],
  [word("server"), (tokens, at) => !isAt(tokens, at - 1, word("per")) && !isAt(tokens, at - 1, t.Comma)],
]);

/** `per server`, `when context`. */
const mayBeLast: ReadonlySet<string> = new Set(["principal", "context", "data", "server"]);

/** Tokens that end no statement: what follows them in the same line belongs to it. */
const neverLast: ReadonlySet<TokenType> = new Set([
  ...statementWords.filter((each) => !mayBeLast.has(each)).map(word),
  ..."when unless because and or not in has every some carries count sum attempted called completed"
    .split(" ")
    .map(word),
  ...[t.Comma, t.Dot, t.Colon, t.LCurly, t.LParen, t.LSquare, t.Assign, t.Plus, t.Minus, t.Default, t.Pipe, t.DotDot],
  ...[t.Equal, t.Unequal, t.Less, t.LessEqual, t.Greater, t.GreaterEqual],
]);

const opening: ReadonlySet<TokenType> = new Set([t.LCurly, t.LParen, t.LSquare]);
const closing: ReadonlySet<TokenType> = new Set([t.RCurly, t.RParen, t.RSquare]);
const settingsWords: ReadonlySet<TokenType> = new Set(["token", "audit", "network"].map(word));

/**
 * Cuts a token stream into statements. In a text without mistakes each piece is exactly one statement, since the words that begin
 * one are reserved. In others a word of that sort at the beginning of a line begins a statement even inside brackets: then a
 * closing bracket is missing before it.
 */
export function cutIntoStatements(tokens: readonly IToken[]): readonly (readonly IToken[])[] {
  const pieces: IToken[][] = [];
  let depth = 0;
  let settingsEnd = -1;
  let begin = 0;
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at]!;
    const type = token.tokenType;
    if (at > settingsEnd && at > begin && isStart(tokens, at, depth, begin)) {
      pieces.push(tokens.slice(begin, at));
      begin = at;
      depth = 0;
    }
    if (at === begin && settingsWords.has(type)) settingsEnd = endOfSettings(tokens, at);
    if (opening.has(type)) depth += 1;
    else if (closing.has(type)) depth = Math.max(0, depth - 1);
  }
  if (begin < tokens.length) pieces.push(tokens.slice(begin));
  return pieces;
}

function isStart(tokens: readonly IToken[], at: number, depth: number, begin: number): boolean {
  const token = tokens[at]!;
  if (!starters.has(token.tokenType)) return false;
  const before = tokens[at - 1]!.tokenType;
  // After a dot and after `is` each word is free; `shadow` begins the rule behind it.
  if (
    before === t.Dot ||
    before === word("is") ||
    (isShadow(tokens[at - 1]!) && (at - 1 === begin || placing(tokens[at - 1]!).isFirstInLine))
  )
    return false;
  if (startShapes.get(token.tokenType)?.(tokens, at) === false) return false;
  const { isFirstInLine } = placing(token);
  if (depth > 0) return isFirstInLine && !isAt(tokens, at + 1, t.Colon) && !isAt(tokens, at + 1, t.Question);
  // `server limit`, `data audit`: a reserved word as a name, which has its own message.
  const isName = at - 1 === begin && (before === word("server") || before === word("data"));
  // A word that a dot or `is` made free can be the last one, whatever it is called.
  const isFree = isAt(tokens, at - 2, t.Dot) || isAt(tokens, at - 2, word("is"));
  return isFirstInLine || !((neverLast.has(before) && !isFree) || isName);
}

/** `shadow`, or what was meant to be it: the word behind would begin a statement of its own. */
function isShadow(token: IToken): boolean {
  return (
    token.tokenType === word("shadow") || (token.tokenType === t.Name && suggest(token.image, ["shadow"]) !== undefined)
  );
}

/** The index of the `}` that ends a block of settings, in which each word is free; -1 where it is no such block. */
function endOfSettings(tokens: readonly IToken[], begin: number): number {
  let at = begin + 1;
  while (at < tokens.length && at <= begin + 2 && tokens[at]!.tokenType !== t.LCurly) at += 1;
  if (!isAt(tokens, at, t.LCurly)) return -1;
  for (at += 1; at < tokens.length; at += 1) {
    const token = tokens[at]!;
    if (token.tokenType === t.RCurly) return at;
    if (!settingParts.some((type) => tokenMatcher(token, type))) return -1;
  }
  return -1;
}

const settingParts: readonly TokenType[] = [t.Word, t.Text, t.DurationText, t.Comma, t.Pipe];

function isAt(tokens: readonly IToken[], at: number, type: TokenType): boolean {
  return tokens[at]?.tokenType === type;
}

function isIdentAt(tokens: readonly IToken[], at: number): boolean {
  const token = tokens[at];
  return token !== undefined && tokenMatcher(token, t.Ident);
}

function isTextAt(tokens: readonly IToken[], at: number): boolean {
  const token = tokens[at];
  return token !== undefined && tokenMatcher(token, t.Text);
}

/** How deep brackets, prefixes and chains nest: each level costs the stages that follow a level of recursion. */
export const nestingLimit = 100;

const prefixes: ReadonlySet<TokenType> = new Set([
  ...["not", "every", "some", "sum", "count", "with"].map(word),
  t.Plus,
  t.Minus,
  t.Less,
]);
const separators: ReadonlySet<TokenType> = new Set([...["and", "or", "when", "unless"].map(word), t.Comma]);

/** The first token of a statement that stands deeper than the limit. Looks at tokens only, so that no depth can exhaust the stack. */
export function tooDeep(tokens: readonly IToken[]): IToken | undefined {
  // A level's prefixes (`not not …`, `a + b + …`), and the steps of the chain that it is in (`a.b.c`, `a[1][2]`).
  const levels = [{ prefixes: 0, steps: 0 }];
  let total = 0;
  for (const [at, token] of tokens.entries()) {
    const type = token.tokenType;
    const level = levels.at(-1)!;
    const isStep =
      (type === t.Dot && isAt(tokens, at - 2, t.Dot)) ||
      ((type === t.Dot || type === t.LSquare) && isAt(tokens, at - 1, t.RSquare));
    if (type === t.Dot || type === t.LSquare) {
      total -= level.steps;
      level.steps = isStep || (type === t.LSquare && isAt(tokens, at - 2, t.Dot)) ? level.steps + 1 : 0;
      total += level.steps;
    }
    if (opening.has(type)) {
      levels.push({ prefixes: 0, steps: 0 });
      total += 1;
    } else if (closing.has(type) && levels.length > 1) {
      const left = levels.pop()!;
      total -= 1 + left.prefixes + left.steps;
    } else if (separators.has(type)) {
      total -= level.prefixes;
      level.prefixes = 0;
    } else if (prefixes.has(type)) {
      level.prefixes += 1;
      total += 1;
    } else if (type === t.Greater && level.prefixes > 0) {
      level.prefixes -= 1;
      total -= 1;
    }
    if (total > nestingLimit) return token;
  }
  return undefined;
}
