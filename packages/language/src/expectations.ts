import { type IParserErrorMessageProvider, type TokenType, tokenLabel, tokenName } from "chevrotain";
import { keywords } from "./tokens.ts";

/** What the grammar could have gone on with where it met something else. */
export interface Expectation {
  /** In the reader's words: `an operation, such as …`. */
  readonly phrase: string;
  /** The keywords among it, for "did you mean". */
  readonly words: readonly string[];
  /** The one token that was expected, where it was one. */
  readonly token: string | undefined;
}

const value = "a value";
const condition = "a condition";
const caller = 'a caller: `anyone`, a role, `role "…"` or `id "…"`';
const operation = "an operation, such as `fs.read_file`, `fs.*` or a capability's name";

/** What a rule of the grammar stands for, where the next token begins none of its alternatives. */
// biome-ignore format: table
const ofRule: Readonly<Record<string, string>> = {
  statement:      "a statement",
  server:         '`from "FILE"` or `untyped`',
  attributes:     "`principal` or `context`",
  let:            "a parameter's name",
  role:           "the role's name",
  assert:         "`never`, `always` or `only with approval`",
  settings:       "`token`, `audit` or `network`",
  setting:        "a word, a text or a duration",
  rule:           "a rule: `allow`, `deny`, `require`, `limit`, `label` or `redact`",
  deny:           operation,
  duty:           'a duty: `approval from …`, `mfa`, `justification` or `duty "…"`',
  limit:          "`at once`, or `per` and a duration",
  key:            "whom the limit counts for: `principal`, `client`, `tool`, `server` or `everyone`",
  redact:         "a detector's name",
  clause:         "the clause's text or date",
  whoAtom:        caller,
  operation,
  toolName:       "a tool's name",
  field:          "a field's name",
  type:           "a type",
  typeAtom:       "a type",
  refinement:     "a refinement, such as `size 1..10`",
  expression:     condition,
  and:            condition,
  not:            condition,
  comparisonTail: "`domain`, a list, a range or an address range",
  sum:            "`+` or `-`",
  primary:        value,
  literal:        value,
  total:          "`over` or `for`",
  root:           "a name such as `args`",
  step:           "a field's name",
  path:           "a field's name",
  eventVerb:      "`attempted`, `called` or `completed`",
};

/** What a single expected token stands for in its rule. */
// biome-ignore format: table
const ofToken: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  edition:    { NumberText: "the edition's number" },
  import:     { Text: 'the file in quotes: "./other.mcpolicy"' },
  narrows:    { Text: 'the file in quotes: "./other.mcpolicy"' },
  server:     { Ident: "the server's name", Text: "a file or folder in quotes" },
  data:       { Ident: "the table's name", Text: "a file in quotes" },
  let:        { Ident: "a name", Assign: "`=` and a value" },
  check:      { Ident: "a server's name", Dot: "`.` and a tool's name" },
  settings:   { Ident: "a server's name" },
  label:      { Ident: "the label's name" },
  labelRule:  { Ident: "the label's name" },
  redact:     { Ident: "a detector's name" },
  operation:  { Ident: "a server's name", Dot: "`.` and a prompt's name", Text: "a URI glob in quotes" },
  groupName:  { Ident: "a capability's name" },
  capability: { RCurly: "a further operation, or `}`" },
  role:       { RCurly: "`,` and a further name, or `}`" },
  record:     { RCurly: "a further field, `open` or `}`" },
  field:      { Colon: "`:` and the field's type", Text: "the claim's name in quotes" },
  list:       { RSquare: "`,` and a further value, or `]`" },
  call:       { RParen: "`,` and a further value, or `)`" },
  primary:    { RParen: "`)`" },
  not:        { Ident: "a name", Colon: "`:` and a condition" },
  path:       { Dot: "`.` and a field's name: `has` asks for a part, as in `has args.path`" },
};

function expectation(phrase: string, tokens: readonly TokenType[], single: TokenType | undefined): string {
  const words = tokens
    .map((token) => tokenLabel(token).replace(/^`(.*)`$/, "$1"))
    .filter((label) => keywords.has(label));
  return JSON.stringify({
    phrase,
    words,
    token: single === undefined ? undefined : tokenName(single),
  } satisfies Expectation);
}

/** Makes the message of each of chevrotain's exceptions an `Expectation` in JSON, which `readExpectation` reads. */
export const expectations: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, ruleName }) =>
    expectation(ofToken[ruleName]?.[tokenName(expected)] ?? tokenLabel(expected), [expected], expected),
  buildNotAllInputParsedMessage: () => expectation("the next statement", [], undefined),
  buildNoViableAltMessage: ({ expectedPathsPerAlt, ruleName }) =>
    expectation(ofRule[ruleName] ?? ruleName, firsts(expectedPathsPerAlt.flat()), undefined),
  buildEarlyExitMessage: ({ expectedIterationPaths, ruleName }) =>
    expectation(ofRule[ruleName] ?? ruleName, firsts(expectedIterationPaths), undefined),
};

function firsts(paths: readonly TokenType[][]): TokenType[] {
  return paths.flatMap((path) => path.slice(0, 1));
}

/** The expectation that stands in an exception's message. */
export function readExpectation(message: string): Expectation {
  return JSON.parse(message) as Expectation;
}
