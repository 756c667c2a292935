import { createToken, type IToken, Lexer, type TokenType } from "chevrotain";

/**
 * The words and marks of the language. A HARD word never names a role, server, variable or capability; a SOFT word may. After a
 * dot, as a field and as a tool's name each word is free.
 */
const hardWords = [
  ..."mcpolicy import narrows server principal context data let capability role allow deny require limit label redact".split(
    " ",
  ),
  ..."check assert token audit network shadow when unless because and or not in is has every some true false null".split(
    " ",
  ),
  ..."anyone attempted called completed count sum carries last result".split(" "),
] as const;

const softWords = [
  ..."from root untyped trusted of never always only with approval to for valid at once per on caller mfa justification".split(
    " ",
  ),
  ..."duty client tool everyone note until review except id resource prompt completion sampling by elicitation roots".split(
    " ",
  ),
  ..."everything open claim size matches like under starts ends unique domain runs invokes contains subset distinct over".split(
    " ",
  ),
  ..."since".split(" "),
] as const;

/** What may stand where a name is asked: NAME and the soft words. */
export const Ident: TokenType = createToken({ name: "Ident", pattern: Lexer.NA, label: "a name" });
/** What may stand after a dot: any word. */
export const Word: TokenType = createToken({ name: "Word", pattern: Lexer.NA, label: "a word" });

const wordChar = "[A-Za-z0-9_]";

/** A NAME-like word with at least one `*` beside other characters: `read_*`. */
export const Wild: TokenType = createToken({
  name: "Wild",
  label: "a tool's name with `*`",
  pattern: /(?=[A-Za-z0-9_*-]*\*)(?=\**[A-Za-z0-9_-])[A-Za-z_*][A-Za-z0-9_*]*(?:-[A-Za-z0-9_*]+)*/,
});
export const Name: TokenType = createToken({
  name: "Name",
  label: "a name",
  pattern: /[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*/,
  longer_alt: Wild,
  categories: [Ident, Word],
});

function keyword(word: string, categories: readonly TokenType[]): TokenType {
  return createToken({
    name: word[0]!.toUpperCase() + word.slice(1),
    label: `\`${word}\``,
    pattern: new RegExp(word),
    longer_alt: [Wild, Name],
    categories: [...categories],
  });
}

/** Each keyword's token, by its spelling. */
export const keywords: ReadonlyMap<string, TokenType> = new Map([
  ...hardWords.map((word) => [word, keyword(word, [Word])] as const),
  ...softWords.map((word) => [word, keyword(word, [Ident, Word])] as const),
]);

/** The token of a keyword. Throws where the language has no such word. */
export function word(spelling: string): TokenType {
  const token = keywords.get(spelling);
  if (token === undefined) throw new Error(`the language has no word ${JSON.stringify(spelling)}`);
  return token;
}

/** What a token stands for: a keyword's spelling even where the text has it misspelt, else the text. */
export function spelling(token: IToken): string {
  const word = token.tokenType.name.toLowerCase();
  return keywords.get(word) === token.tokenType ? word : token.image;
}

/** Whether a word is reserved: it names no role, server, variable or capability. */
export function isHardWord(spelling: string): boolean {
  return hardWordSet.has(spelling);
}
const hardWordSet: ReadonlySet<string> = new Set(hardWords);

/**
 * Soft words that name no capability by themselves, only with a `:`: they begin an operation, or go on with the condition of the entry
 * before (`fs.a when x` and then `runs` would read `x runs …`).
 */
export const neverAlone: ReadonlySet<string> = new Set([
  ..."resource prompt completion sampling elicitation roots everything except".split(" "),
  ..."like runs invokes under matches contains starts ends subset".split(" "),
]);

function mark(name: string, spelling: string, categories: readonly TokenType[] = []): TokenType {
  const pattern = new RegExp(spelling.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return createToken({ name, pattern, label: `\`${spelling}\``, categories: [...categories] });
}

/** `==`, `!=`, `<`, `<=`, `>`, `>=`. */
export const Compare: TokenType = createToken({ name: "Compare", pattern: Lexer.NA, label: "a comparison" });

export const LCurly: TokenType = mark("LCurly", "{");
export const RCurly: TokenType = mark("RCurly", "}");
export const LParen: TokenType = mark("LParen", "(");
export const RParen: TokenType = mark("RParen", ")");
export const LSquare: TokenType = mark("LSquare", "[");
export const RSquare: TokenType = mark("RSquare", "]");
export const Comma: TokenType = mark("Comma", ",");
export const Colon: TokenType = mark("Colon", ":");
export const DotDot: TokenType = mark("DotDot", "..");
export const Dot: TokenType = mark("Dot", ".");
export const Pipe: TokenType = mark("Pipe", "|");
export const Default: TokenType = mark("Default", "??");
export const Question: TokenType = mark("Question", "?");
export const Equal: TokenType = mark("Equal", "==", [Compare]);
export const Unequal: TokenType = mark("Unequal", "!=", [Compare]);
export const LessEqual: TokenType = mark("LessEqual", "<=", [Compare]);
export const GreaterEqual: TokenType = mark("GreaterEqual", ">=", [Compare]);
export const Less: TokenType = mark("Less", "<", [Compare]);
export const Greater: TokenType = mark("Greater", ">", [Compare]);
export const Assign: TokenType = mark("Assign", "=");
export const Plus: TokenType = mark("Plus", "+");
export const Minus: TokenType = mark("Minus", "-");
export const Star: TokenType = mark("Star", "*");

export const Text: TokenType = createToken({
  name: "Text",
  label: 'a text in `"…"`',
  pattern: /"(?:[^"\\\n]|\\[^\n])*"/,
  line_breaks: false,
});
export const Regex: TokenType = createToken({
  name: "Regex",
  label: "a regular expression `/…/`",
  pattern: /\/(?![*/])(?:[^\n\\/[]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*\])+\//,
  line_breaks: false,
});
export const DateText: TokenType = createToken({
  name: "DateText",
  label: "a date such as `2026-01-31`",
  pattern: new RegExp(`\\d{4}-\\d{2}-\\d{2}(?:T\\d{2}:\\d{2}(?::\\d{2})?Z)?(?!${wordChar})`),
});
export const DurationText: TokenType = createToken({
  name: "DurationText",
  label: "a duration such as `10m`",
  pattern: new RegExp(`\\d+[smhd](?!${wordChar})`),
});
export const NumberText: TokenType = createToken({
  name: "NumberText",
  label: "a number",
  pattern: new RegExp(`-?\\d+(?:_\\d+)*(?:\\.\\d+)?(?:KB|KiB|MB|MiB|GB|GiB)?(?!${wordChar})`),
});

// Mistakes that the lexer knows. Each belongs to the category of what was meant, so that the parser goes on as if it stood there.

/** `30sec`, `10x`. */
export const BadNumber: TokenType = createToken({
  name: "BadNumber",
  pattern: /-?\d[A-Za-z0-9_]*/,
  categories: [NumberText, DurationText],
});
/** `**`, which no rule takes: a run of stars is one token, so that a million of them cost no more than one. */
export const Stars: TokenType = createToken({ name: "Stars", pattern: /\*{2,}/, categories: [Star] });
/** A text whose line ends before its closing quote. */
export const BadText: TokenType = createToken({
  name: "BadText",
  pattern: /"[^\n]*/,
  line_breaks: false,
  categories: [Text],
});
/** A regular expression whose line ends before its closing slash. */
export const BadRegex: TokenType = createToken({
  name: "BadRegex",
  pattern: /\/(?![*/])[^\n]*/,
  line_breaks: false,
  categories: [Regex],
});

/** A spelling of other languages: what to write instead, and the token that the parser takes it for (none: it is skipped). */
export interface ForeignSpelling {
  readonly token: TokenType;
  readonly help: string;
}

function foreign(name: string, pattern: RegExp, meant: TokenType | undefined, help: string): ForeignSpelling {
  const categories = meant === undefined ? [] : [meant];
  const group = meant === undefined ? { group: "foreign" } : {};
  return { token: createToken({ name, pattern, categories, line_breaks: true, ...group }), help };
}

// biome-ignore format: table
export const foreignSpellings: readonly ForeignSpelling[] = [
  foreign("AmpersandAmpersand", /&&/,                   word("and"), "write `and`"),
  foreign("PipePipe",           /\|\|/,                 word("or"),  "write `or`"),
  foreign("TripleEqual",        /===/,                  Equal,       "write `==`"),
  foreign("TripleUnequal",      /!==/,                  Unequal,     "write `!=`"),
  foreign("Bang",               /!(?!=)/,               word("not"), "write `not`"),
  foreign("SingleQuoted",       /'[^'\n]*'/,            Text,        'a text stands in double quotes: "…"'),
  foreign("BackQuoted",         /`[^`\n]*`/,            Text,        'a text stands in double quotes: "…"'),
  foreign("Semicolon",          /;/,                    undefined,   "nothing stands between statements: leave it out"),
  foreign("Hash",               /#[^\n]*/,              undefined,   "a comment begins with `//`"),
  foreign("BlockComment",       /\/\*[\s\S]*?(?:\*\/|(?![\s\S]))/, undefined, "a comment begins with `//`, on each of its lines"),
];

/** What begins no other token. Without it the lexer would try each pattern on each such character. */
export const Unknown: TokenType = createToken({
  name: "Unknown",
  pattern: /['`]|[\x00-\x08\x0b\x0c\x0e-\x1f$%&@^\\~\x7f]+|[^\x00-\x7f]+/,
  // One of each group of characters that chevrotain tells apart: each below 256, then each 255th.
  start_chars_hint: Array.from({ length: 256 + 256 }, (_, at) =>
    at < 256 ? at : Math.min(0xffff, 256 + (at - 256) * 255),
  ),
  line_breaks: false,
  group: "unknown",
});

export const Doc: TokenType = createToken({ name: "Doc", pattern: /\/\/\/(?!\/)[^\n]*/, group: "comments" });
export const Comment: TokenType = createToken({ name: "Comment", pattern: /\/\/[^\n]*/, group: "comments" });
export const Space: TokenType = createToken({
  name: "Space",
  pattern: /[ \t\r\n]+/,
  line_breaks: true,
  group: Lexer.SKIPPED,
});

const byLength = [...keywords].sort(([a], [b]) => b.length - a.length).map(([, token]) => token);

/** The parser's tokens: those that stand in a token stream, and the categories. */
export const grammarTokens: readonly TokenType[] = [
  ...byLength,
  Ident,
  Word,
  Compare,
  ...[LCurly, RCurly, LParen, RParen, LSquare, RSquare, Comma, Colon, DotDot, Dot, Pipe, Default, Question],
  ...[Equal, Unequal, LessEqual, GreaterEqual, Less, Greater, Assign, Plus, Minus, Star],
  ...[Text, Regex, DateText, DurationText, NumberText, Wild, Name],
];

/** All tokens in the order in which the lexer tries them. */
export const lexerTokens: readonly TokenType[] = [
  Space,
  Doc,
  Comment,
  ...byLength,
  Wild,
  Name,
  Stars,
  DateText,
  DurationText,
  NumberText,
  BadNumber,
  Text,
  BadText,
  ...foreignSpellings.map((row) => row.token),
  Regex,
  BadRegex,
  ...[LCurly, RCurly, LParen, RParen, LSquare, RSquare, Comma, Colon, DotDot, Dot, Pipe, Default, Question],
  ...[Equal, Unequal, LessEqual, GreaterEqual, Less, Greater, Assign, Plus, Minus, Star],
  Ident,
  Word,
  Compare,
  Unknown,
];
