import { type Diagnostic, type DiagnosticBuilder, diagnostic, type Span, suggest } from "@mcpolicy/diagnostics";
import { type IRecognitionException, type IToken, type TokenType, tokenMatcher } from "chevrotain";
import type { StatementCstNode } from "./cst.ts";
import { type Expectation, readExpectation } from "./expectations.ts";
import { type Findings, reportLimit } from "./findings.ts";
import { placing, spanOf, tokenFrom } from "./lexer.ts";
import { parseStatement } from "./parser.ts";
import { cutIntoStatements, nestingLimit, statementWords, tooDeep } from "./statements.ts";
import { misspelt, needsSpaces } from "./to-ast.ts";
import * as t from "./tokens.ts";
import { isHardWord, word } from "./tokens.ts";

/** What to make of a mistake, so that parsing can go on behind it. Indices are into the statement's tokens. */
type Repair =
  /** Replace `remove` tokens at `at` by `insert`. */
  | { readonly kind: "edit"; readonly at: number; readonly remove: number; readonly insert: readonly IToken[] }
  /** Another statement begins at `at`, with `first` in the place of its first token. */
  | { readonly kind: "split"; readonly at: number; readonly first: IToken }
  /** Leave out the entry, field or statement around `at`. */
  | { readonly kind: "cut"; readonly at: number };

interface Finding {
  /** Undefined where what follows the repair reports it. */
  readonly diagnostic: DiagnosticBuilder | undefined;
  readonly repair: Repair;
}

/** A statement's mistake with all that the explanations look at. */
interface Mistake {
  readonly tokens: readonly IToken[];
  /** Index of the token that the grammar could not take; the number of tokens where the statement ended too early. */
  readonly at: number;
  readonly found: IToken | undefined;
  readonly before: IToken | undefined;
  readonly expected: Expectation;
  /** The grammar rule that it happened in. */
  readonly rule: string;
  /** Whether what stands before `at` is a whole statement. */
  readonly isBehindWhole: boolean;
  readonly open: readonly Bracket[];
  readonly file: string;
}

interface Bracket {
  readonly index: number;
  readonly token: IToken;
}

export interface Recovered {
  readonly trees: readonly StatementCstNode[];
  readonly findings: Findings;
  /** False where the budget ended: then there may be more mistakes than were reported. */
  readonly isComplete: boolean;
}

/**
 * How much is spent on mistakes before the rest of a file is left unread: the tokens that are parsed a second time, and a fixed
 * price for each mistake.
 */
const budgetForMistakes = 1_000_000;
const priceOfMistake = 300;

/**
 * Parses statement by statement. Where one has a mistake, it is reported in the reader's terms and mended in the token stream (a
 * word, a bracket, or the entry, field or statement left out), and the statement is parsed again: so one run reports
 * all mistakes, and each is found in a text without the ones before it.
 */
export function parseStatements(tokens: readonly IToken[], file: string): Recovered {
  const trees: StatementCstNode[] = [];
  const diagnostics: Diagnostic[] = [];
  let count = 0;
  let budget = budgetForMistakes;
  const waiting = cutIntoStatements(tokens).toReversed();
  while (waiting.length > 0 && budget >= 0) {
    let statement = waiting.pop()!;
    const deep = tooDeep(statement);
    if (deep !== undefined) {
      count += 1;
      if (count <= reportLimit) diagnostics.push(nestedTooDeep(deep, file));
      budget -= priceOfMistake;
      continue;
    }
    const misspeltAt = misspeltConditions(statement);
    if (misspeltAt.length > 0) {
      const mended = [...statement];
      for (const at of misspeltAt) {
        const token = statement[at]!;
        const meant = near(token.image, conditionWords)!;
        count += 1;
        if (count <= reportLimit) diagnostics.push(misspelt(token.image, spanOf(token, file), meant));
        mended[at] = tokenFrom(token, word(meant));
      }
      statement = mended;
    }
    // Where the last repair was made: a mistake there again is its consequence, and the repair did not help.
    let repaired = -1;
    while (statement.length > 0) {
      const parsed = parseStatement(statement);
      if (parsed.tree !== undefined) {
        trees.push(parsed.tree);
        break;
      }
      const mistake = locate(parsed.mistake, statement, file);
      // What follows an unclosed text stands inside of it.
      const isConsequence = mistake.at <= repaired || unclosed.has(mistake.before?.tokenType);
      const finding = explain(mistake);
      if (!isConsequence && finding.diagnostic !== undefined) {
        count += 1;
        if (count <= reportLimit) diagnostics.push(finding.diagnostic);
      }
      budget -= statement.length + priceOfMistake;
      if (budget < 0) break;
      const repair: Repair = isConsequence ? { kind: "cut", at: mistake.at } : finding.repair;
      if (repair.kind === "edit") {
        statement = statement.toSpliced(repair.at, repair.remove, ...repair.insert);
        // Behind an inserted token stands the one that was reported; a replaced one was reported itself.
        repaired = repair.at + repair.insert.length - repair.remove;
      } else if (repair.kind === "split") {
        waiting.push([repair.first, ...statement.slice(repair.at + 1)]);
        statement = statement.slice(0, repair.at);
        repaired = -1;
      } else {
        const { start, end } = itemAround(mistake, repair.at);
        const isWhole = start === 0;
        const rest = isWhole ? statement.slice(end) : statement.toSpliced(start, end - start);
        if (isWhole) {
          const declared = declaration(statement);
          if (declared !== undefined) trees.push(declared);
          if (rest.length > 0) waiting.push(rest);
          break;
        }
        statement = rest;
        repaired = start - 1;
      }
    }
  }
  return { trees, findings: { first: diagnostics, count }, isComplete: budget >= 0 };
}

const unclosed: ReadonlySet<TokenType | undefined> = new Set([t.BadText, t.BadRegex]);

function locate(exception: IRecognitionException, tokens: readonly IToken[], file: string): Mistake {
  const index = tokens.indexOf(exception.token);
  const at = index === -1 ? tokens.length : index;
  return {
    tokens,
    at,
    found: tokens[at],
    before: tokens[at - 1],
    expected: readExpectation(exception.message),
    rule: exception.context.ruleStack.at(-1) ?? "statement",
    isBehindWhole: exception.name === "NotAllInputParsedException",
    open: openBrackets(tokens, at),
    file,
  };
}

// ---------------------------------------------------------------- explanations

/** The first explanation that fits gives the message and the repair. */
const explanations: readonly ((mistake: Mistake) => Finding | undefined)[] = [
  misspeltWord,
  unknownStatement,
  missingBracket,
  strayBracket,
  assignmentForEquality,
  operatorWithoutSpaces,
  reservedWord,
];

function explain(mistake: Mistake): Finding {
  for (const explanation of explanations) {
    const finding = explanation(mistake);
    if (finding !== undefined) return finding;
  }
  return unexpected(mistake);
}

/** Words that may stand behind a whole statement or entry, or go on with its condition. */
const continuations: readonly string[] = [
  ..."when unless because note from until review valid except root trusted and or in is like under runs invokes".split(
    " ",
  ),
  ..."matches contains starts ends subset for with since per to".split(" "),
];

/** `whn`, `alow`: a name where a keyword was meant. */
function misspeltWord(mistake: Mistake): Finding | undefined {
  const { tokens, at, found, expected, isBehindWhole } = mistake;
  if (found?.tokenType === t.Name && !isNamePart(tokens[at + 1])) {
    const mayBegin = (at === 0 || placing(found).isFirstInLine) && !mistake.open.length && (isBehindWhole || at === 0);
    const statement = mayBegin ? near(found.image, statementWords) : undefined;
    if (statement !== undefined) return misspeltAs(mistake, at, statement, at > 0);
    const mayGoOn = isBehindWhole || (endsOperand(mistake.before) && mayEnd(mistake));
    const inside = near(found.image, [...expected.words, ...(mayGoOn ? continuations : [])]);
    if (inside !== undefined && at > 0) return misspeltAs(mistake, at, inside, false);
  }
  // Two names beside each other are two entries of a capability: the mistake then shows only behind the misspelt word.
  const { start } = itemAround(mistake, Math.min(at, tokens.length - 1));
  for (let index = Math.min(at, tokens.length) - 1; index > start; index -= 1) {
    const token = tokens[index]!;
    if (token.tokenType !== t.Name || placing(token).isFirstInLine || !endsOperand(tokens[index - 1])) continue;
    if (isNamePart(tokens[index + 1])) continue;
    const meant = near(token.image, continuations);
    if (meant !== undefined) return misspeltAs(mistake, index, meant, false);
  }
  return undefined;
}

/** Whether the name before it is an operation, a value or a function, whatever word it is like. */
function isNamePart(next: IToken | undefined): boolean {
  return next?.tokenType === t.Dot || next?.tokenType === t.Colon || next?.tokenType === t.LParen;
}

/** Whether the grammar could have ended a block or a bracket here, but not a record, in which nothing goes on. */
function mayEnd({ expected, rule }: Mistake): boolean {
  return expected.token === undefined
    ? rule !== "field"
    : rule !== "record" && /^R(?:Curly|Paren|Square)$/.test(expected.token);
}

const conditionWords: readonly string[] = ["when", "unless"];

/** `fs.a whn x`, which is three capabilities to the grammar: the indices of such words, in a capability. */
function misspeltConditions(tokens: readonly IToken[]): readonly number[] {
  if (tokens[0]!.tokenType !== word("capability")) return [];
  return tokens.flatMap((token, at) => {
    const mayBe =
      token.tokenType === t.Name &&
      !placing(token).isFirstInLine &&
      endsOperand(tokens[at - 1]) &&
      !isNamePart(tokens[at + 1]) &&
      tokens[at + 1]?.tokenType !== t.LCurly;
    return mayBe && near(token.image, conditionWords) !== undefined ? [at] : [];
  });
}

/** The nearest of some words; words of one or two letters are near to too many. */
function near(written: string, words: readonly string[]): string | undefined {
  return written.length > 2 ? suggest(written, words) : undefined;
}

function misspeltAs({ tokens, file }: Mistake, at: number, meant: string, begins: boolean): Finding {
  const token = tokens[at]!;
  const what = begins || at === 0 ? "begins no statement" : undefined;
  const found = misspelt(token.image, spanOf(token, file), meant, what);
  const replaced = tokenFrom(token, word(meant));
  return {
    diagnostic: found,
    repair: begins ? { kind: "split", at, first: replaced } : { kind: "edit", at, remove: 1, insert: [replaced] },
  };
}

/** A line that begins with no word that begins a statement. */
function unknownStatement({ tokens, at, found, isBehindWhole, open, rule, file }: Mistake): Finding | undefined {
  if (found === undefined || open.length > 0 || closers.has(found.tokenType)) return undefined;
  const isFirst = at === 0 && rule === "statement";
  if (!isFirst && !(isBehindWhole && placing(found).isFirstInLine && tokenMatcher(found, t.Word))) return undefined;
  const finding = diagnostic("P0103", spanOf(found, file), `\`${shown(found)}\` begins no statement`)
    .withLabel("I expected a statement")
    .withHelp(`a statement begins with ${statementWords.map((each) => `\`${each}\``).join(", ")}`);
  if (at > 0) return { diagnostic: undefined, repair: { kind: "split", at, first: tokens[at]! } };
  return { diagnostic: finding, repair: { kind: "cut", at } };
}

/** A bracket that is not closed where the grammar asks for it. */
function missingBracket({ at, found, before, expected, open, file }: Mistake): Finding | undefined {
  const innermost = open.at(-1);
  if (innermost === undefined || expected.token !== partners.get(innermost.token.tokenType)!.name) return undefined;
  const isEnd = found === undefined || (closers.has(found.tokenType) && closesOuter(found, open));
  // A word that merely does not belong into the brackets does not say that they are at their end.
  if (!isEnd && innermost.token.tokenType === t.LCurly) return undefined;
  if (!isEnd && closers.has(found.tokenType)) return undefined;
  const closer = partners.get(innermost.token.tokenType)!;
  const spelled = closer.name === "RCurly" ? "}" : closer.name === "RParen" ? ")" : "]";
  const place = before ?? innermost.token;
  const span = found === undefined ? spanOf(place, file) : spanOf(found, file);
  return {
    diagnostic: diagnostic("P0104", span, `\`${shown(innermost.token)}\` is not closed`)
      .withLabel(
        found === undefined ? `I expected \`${spelled}\` behind this` : `I expected \`${spelled}\` before this`,
      )
      .at(spanOf(innermost.token, file), "opened here")
      .withFix({
        title: `write \`${spelled}\``,
        span: behind(place, file),
        // A block's end has a line of its own.
        replacement: closer === t.RCurly ? "\n}" : spelled,
      }),
    repair: { kind: "edit", at, remove: 0, insert: [virtual(closer, spelled, found ?? place)] },
  };
}

/** A closing bracket without its opening one, or of another sort. */
function strayBracket({ at, found, open, file }: Mistake): Finding | undefined {
  if (found === undefined || !closers.has(found.tokenType)) return undefined;
  const innermost = open.at(-1);
  const span = spanOf(found, file);
  if (innermost === undefined) {
    return {
      diagnostic: diagnostic("P0105", span, `\`${shown(found)}\` closes nothing`)
        .withLabel("no bracket is open here")
        .withHelp("remove it, or open the bracket before"),
      repair: { kind: "edit", at, remove: 1, insert: [] },
    };
  }
  const closer = partners.get(innermost.token.tokenType)!;
  if (found.tokenType === closer || closesOuter(found, open)) return undefined;
  const spelled = closer.name === "RCurly" ? "}" : closer.name === "RParen" ? ")" : "]";
  return {
    diagnostic: diagnostic("P0105", span, `\`${shown(innermost.token)}\` is closed by \`${shown(found)}\``)
      .withLabel(`I expected \`${spelled}\``)
      .at(spanOf(innermost.token, file), "opened here")
      .withFix({ title: `write \`${spelled}\``, span, replacement: spelled }),
    repair: { kind: "edit", at, remove: 1, insert: [tokenFrom(found, closer, spelled)] },
  };
}

/** `=` where `==` was meant. */
function assignmentForEquality({ at, found, before, file }: Mistake): Finding | undefined {
  if (found?.tokenType !== t.Assign || !endsOperand(before)) return undefined;
  const span = spanOf(found, file);
  return {
    diagnostic: diagnostic("P0102", span, "`=` does not compare; did you mean `==`?")
      .withLabel("did you mean `==`?")
      .withFix({ title: "write `==`", span, replacement: "==" }),
    repair: { kind: "edit", at, remove: 1, insert: [tokenFrom(found, t.Equal, "==")] },
  };
}

/** `a -1` and `a*2`: a negative number and a tool's name. */
function operatorWithoutSpaces({ tokens, at, found, before, rule, file }: Mistake): Finding | undefined {
  const wild = [found, tokens[at - 1]].find((token) => token?.tokenType === t.Wild && !operationRules.has(rule));
  if (wild !== undefined) return { diagnostic: needsSpaces(spanOf(wild, file), "*"), repair: { kind: "cut", at } };
  if (found === undefined || !tokenMatcher(found, t.NumberText) || !found.image.startsWith("-") || !endsOperand(before))
    return undefined;
  const minus = tokenFrom(found, t.Minus, "-");
  // Marked as reported, since the text has no space there.
  minus.isInsertedInRecovery = true;
  const number = tokenFrom(found, t.NumberText, found.image.slice(1), found.startOffset + 1);
  return {
    diagnostic: needsSpaces(spanOf(minus, file), "-"),
    repair: { kind: "edit", at, remove: 1, insert: [minus, number] },
  };
}

const operationRules: ReadonlySet<string> = new Set(["operation", "toolName", "operations"]);

const nameRules: ReadonlySet<string> = new Set(["role", "whoAtom"]);

/** A reserved word as a name. */
function reservedWord({ at, found, before, expected, rule, file }: Mistake): Finding | undefined {
  if (found === undefined || !isHardWord(found.image)) return undefined;
  if (expected.token !== "Ident" && !nameRules.has(rule)) return undefined;
  return {
    diagnostic: diagnostic(
      "P0122",
      spanOf(found, file),
      `\`${found.image}\` is a word of the language and names nothing`,
    )
      .withLabel(`${afterWhat(before)}I expected ${expected.phrase}`)
      .withHelp("choose another name"),
    repair: { kind: "edit", at, remove: 1, insert: [tokenFrom(found, t.Name)] },
  };
}

/** The general case: what was expected, after what. */
function unexpected(mistake: Mistake): Finding {
  const { tokens, at, found, before, file } = mistake;
  const phrase = expectedPhrase(mistake);
  const span = found === undefined ? spanOf(before!, file) : spanOf(found, file);
  const what = found === undefined ? ", but the statement ends here" : `, not \`${shown(found)}\``;
  const finding = diagnostic("P0101", span, `${afterWhat(before)}I expected ${phrase}${what}`).withLabel(
    found === undefined ? "something is missing behind this" : "not expected here",
  );
  const help = helpFor(mistake);
  const explained = help === undefined ? finding : finding.withHelp(help);
  const wanted = mistake.expected.token;
  const next = tokens[at + 1];
  // One token too many, or one too few.
  if (wanted !== undefined && next !== undefined && isOfType(next, wanted) && !placing(next).isFirstInLine) {
    return { diagnostic: explained, repair: { kind: "edit", at, remove: 1, insert: [] } };
  }
  const type = wanted === undefined ? undefined : insertable.get(wanted);
  if (found !== undefined && type !== undefined) {
    return {
      diagnostic: explained,
      repair: { kind: "edit", at, remove: 0, insert: [virtual(type.token, type.image, found)] },
    };
  }
  return { diagnostic: explained, repair: { kind: "cut", at } };
}

const insertable: ReadonlyMap<string, { readonly token: TokenType; readonly image: string }> = new Map([
  ...["to", "of", "for", "on", "in", "with", "from", "result", "claim", "last", "per"].map(
    (image) => [word(image).name, { token: word(image), image }] as const,
  ),
  [t.Colon.name, { token: t.Colon, image: ":" }],
  [t.LCurly.name, { token: t.LCurly, image: "{" }],
  [t.Assign.name, { token: t.Assign, image: "=" }],
]);

function expectedPhrase({ expected, isBehindWhole, rule, before, tokens, at }: Mistake): string {
  if (!isBehindWhole) return conditionOrValue(expected.phrase, rule, before);
  const head = tokens[0]!.tokenType;
  const hasCondition = tokens
    .slice(0, at)
    .some(({ tokenType }) => tokenType === word("when") || tokenType === word("unless"));
  return (hasCondition ? behindCondition : behindOperations).get(head) ?? "the next statement";
}

const clausesOrNext = "a clause such as `because`, or the next statement";
// biome-ignore format: table
const behindOperations: ReadonlyMap<TokenType, string> = new Map([
  [word("allow"),  `\`,\`, \`when\`, \`unless\`, ${clausesOrNext}`],
  [word("deny"),   `\`,\`, \`when\`, \`unless\`, ${clausesOrNext}`],
  [word("assert"), "`,`, `when`, `unless` or the next statement"],
  [word("server"), "`root`, `trusted` or the next statement"],
  [word("let"),    "an operator or the next statement"],
]);
// biome-ignore format: table
const behindCondition: ReadonlyMap<TokenType, string> = new Map([
  [word("allow"),  `an operator, \`and\`, \`or\`, ${clausesOrNext}`],
  [word("deny"),   `an operator, \`and\`, \`or\`, ${clausesOrNext}`],
  [word("assert"), "an operator, `and`, `or` or the next statement"],
]);

const conditionOpeners: ReadonlySet<TokenType> = new Set(["when", "unless", "and", "or", "not"].map(word));

function conditionOrValue(phrase: string, rule: string, before: IToken | undefined): string {
  if (phrase !== "a condition" || before === undefined) return phrase;
  return conditionOpeners.has(before.tokenType) || (rule === "not" && before.tokenType === t.Colon)
    ? phrase
    : "a value";
}

function helpFor({ found, tokens, isBehindWhole, before, expected, at }: Mistake): string | undefined {
  const head = tokens[0]!.tokenType;
  if (expected.token === word("to").name && head === word("allow")) {
    return "an allow reads `allow WHO to OPERATIONS`, as in `allow developer to fs.read_file`";
  }
  if (found === undefined) return undefined;
  const hasCondition = tokens
    .slice(0, at)
    .some(({ tokenType }) => tokenType === word("when") || tokenType === word("unless"));
  if (
    isBehindWhole &&
    !hasCondition &&
    narrowing.has(head) &&
    before !== undefined &&
    (tokenMatcher(before, t.Ident) || found.tokenType === word("or"))
  ) {
    return "callers are followed by `to`, as in `deny readonly or guest to fs.write_file`; operations are separated by commas";
  }
  if (found.tokenType === t.Comma && tokens[at - 1]?.tokenType === t.Comma) return "leave the second comma out";
  return undefined;
}

const narrowing: ReadonlySet<TokenType> = new Set(["deny", "require", "limit"].map(word));

/** A statement's text is nested deeper than is read. */
function nestedTooDeep(token: IToken, file: string): Diagnostic {
  return diagnostic("P0114", spanOf(token, file), `this statement is nested more than ${nestingLimit} levels deep`)
    .withLabel("too deep here")
    .withNote("the statement was not looked at any further")
    .withHelp("name parts of it with `let`");
}

// -------------------------------------------------------------------- brackets

const partners: ReadonlyMap<TokenType, TokenType> = new Map([
  [t.LCurly, t.RCurly],
  [t.LParen, t.RParen],
  [t.LSquare, t.RSquare],
]);
const closers: ReadonlySet<TokenType> = new Set(partners.values());

function openBrackets(tokens: readonly IToken[], end: number): readonly Bracket[] {
  const open: Bracket[] = [];
  for (let index = 0; index < end; index += 1) {
    const token = tokens[index]!;
    if (partners.has(token.tokenType)) open.push({ index, token });
    else if (closers.has(token.tokenType)) open.pop();
  }
  return open;
}

function closesOuter(found: IToken, open: readonly Bracket[]): boolean {
  return open.slice(0, -1).some(({ token }) => partners.get(token.tokenType) === found.tokenType);
}

/**
 * The entry or field around a token, as a range of tokens: from its first line in the innermost block to the next line of that
 * block. Outside of blocks: from the statement's beginning to the next line that is indented no further.
 */
function itemAround({ tokens, open }: Mistake, wanted: number): { readonly start: number; readonly end: number } {
  const block = open.findLast(({ token }) => token.tokenType === t.LCurly);
  const first = block === undefined ? 0 : block.index + 1;
  const isCapability = tokens[0]!.tokenType === word("capability");
  let start = first;
  let depth = 0;
  for (let index = first; index < tokens.length; index += 1) {
    const token = tokens[index]!;
    if (closers.has(token.tokenType)) {
      depth -= 1;
      if (depth < 0 && block !== undefined && token.tokenType === t.RCurly)
        return { start, end: Math.max(index, start + 1) };
      depth = Math.max(0, depth);
      continue;
    }
    const begins =
      block === undefined
        ? isNewLine(token, tokens[0]!)
        : placing(token).isFirstInLine || (!isCapability && tokens[index - 1]!.tokenType === t.Comma);
    if (begins && depth === 0 && index > first) {
      if (index > wanted) return { start, end: index };
      if (block !== undefined) start = index;
    }
    if (partners.has(token.tokenType)) depth += 1;
  }
  return { start, end: tokens.length };
}

function isNewLine(token: IToken, first: IToken): boolean {
  return placing(token).isFirstInLine && placing(token).column <= placing(first).column;
}

// ---------------------------------------------------------------------- tokens

/** A token that the text lacks, in the place of `near`. */
function virtual(type: TokenType, image: string, near: IToken): IToken {
  return tokenFrom(near, type, image);
}

function behind(token: IToken, file: string): Span {
  const { end } = spanOf(token, file);
  return { file, start: end, end };
}

function shown(token: IToken): string {
  const image = token.image.length > 30 ? `${token.image.slice(0, 30)}…` : token.image;
  return image.replaceAll("`", "'");
}

function afterWhat(before: IToken | undefined): string {
  return before === undefined ? "" : `after \`${shown(before)}\` `;
}

const operandEnds: ReadonlySet<TokenType> = new Set([
  ...[t.RParen, t.RSquare, t.Star, t.Wild, t.Regex, t.DateText, t.DurationText],
  ...["true", "false", "null"].map(word),
]);

function endsOperand(token: IToken | undefined): boolean {
  if (token === undefined) return false;
  return operandEnds.has(token.tokenType) || [t.Ident, t.Text, t.NumberText].some((type) => tokenMatcher(token, type));
}

function isOfType(token: IToken, name: string): boolean {
  const { tokenType } = token;
  return tokenType.name === name || (tokenType.CATEGORIES ?? []).some((category) => category.name === name);
}

// ------------------------------------------------------------------ declarations

/**
 * What a statement declares although it is broken: an untyped server, an empty capability or role. So a mistake in a
 * declaration is reported once, not at each use of its name.
 */
function declaration(tokens: readonly IToken[]): StatementCstNode | undefined {
  const [keyword, declared, ...rest] = tokens;
  if (keyword === undefined || declared === undefined) return undefined;
  const nameEnd = rest.findIndex((token) => !(token.tokenType === t.Colon || tokenMatcher(token, t.Ident)));
  const names = [declared, ...rest.slice(0, nameEnd === -1 ? rest.length : nameEnd)];
  const near = names.at(-1)!;
  const block = [virtual(t.LCurly, "{", near), virtual(t.RCurly, "}", near)];
  const shapes: ReadonlyMap<TokenType, readonly IToken[]> = new Map([
    [word("server"), [keyword, declared, virtual(word("untyped"), "untyped", near)]],
    [word("capability"), [keyword, ...names, ...block]],
    [word("role"), [keyword, declared, ...block]],
  ]);
  const shape = shapes.get(keyword.tokenType);
  return shape === undefined ? undefined : parseStatement(shape).tree;
}
