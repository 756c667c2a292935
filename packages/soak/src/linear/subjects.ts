import type { JsonObject } from "@mcpolicy/core";

/** A rule, and what it is given of a size, that would cost more than its share in an evaluator that goes back, or that looks on from each place. */
export interface Subject {
  readonly family: string;
  readonly name: string;
  /** Statements over the tool `s.t`. */
  readonly statements: readonly string[];
  readonly properties: JsonObject;
  /** The arguments, with a text or a list of about this many UTF-16 units. */
  readonly args: (size: number) => JsonObject;
  /** What the server answers, where the rule is about results. */
  readonly text?: (size: number) => string;
}

const string = { type: "string" } as const;
const strings = { type: "array", items: string } as const;

/** A text of a size: one piece again and again, and an end that spoils what went well so far. */
function repeated(piece: string, size: number, end: string = "!"): string {
  return piece.repeat(Math.floor(size / piece.length)) + end;
}

function allowWhen(condition: string, ...lets: readonly string[]): readonly string[] {
  return [...lets, `allow "asked" anyone to s.t when ${condition}`];
}

// ---------------------------------------------------------------------------------------------------------------- expressions

/** The list of expressions that are slow elsewhere, in each of the places where an expression can stand. */
export function expressionSubjects(expressions: readonly string[]): readonly Subject[] {
  return expressions.flatMap((expression) => {
    // The whole text is meant anyway, and `^` and `$` are refused.
    const written = `/${expression.replace(/^\^/, "").replace(/\$$/, "").replaceAll("/", "\\/")}/`;
    const given = { properties: { text: string }, args: (size: number) => ({ text: repeated("a", size) }) };
    return [
      { family: "matches", name: written, statements: allowWhen(`args.text matches ${written}`), ...given },
      {
        family: "contains",
        name: written,
        statements: allowWhen("args.text contains D", `let D = ${written}`),
        ...given,
      },
      {
        family: "pattern of a schema",
        name: expression,
        statements: ['allow "all" anyone to s.t'],
        ...given,
        properties: { text: { ...string, pattern: expression } },
      },
    ];
  });
}

/** Bounded repetitions, and expressions whose automaton would have more states than anyone can build. */
const bounded: readonly (readonly [expression: string, piece: string])[] = [
  ["a{0,2000}b", "a"],
  ["(a{0,30}){0,30}b", "a"],
  ["(a|aa){1,300}", "a"],
  ["[ab]*a[ab]{12}", "ab"],
  ["[ab]*a[ab]{24}", "ab"],
  ["(.*a){20}", "a"],
  [".*a.{200}b.*", "a"],
  ["(a?){400}a{400}", "a"],
  ["([a-z]{1,20} ){1,40}x", "ab "],
  ["((a{1,9}){1,9}){1,9}", "a"],
  ["(.{0,500}){0,500}", "a"],
  ["(.*,){11}P", ",a"],
];

function boundedSubjects(): readonly Subject[] {
  return bounded.flatMap(([expression, piece]) => {
    const given = { properties: { text: string }, args: (size: number) => ({ text: repeated(piece, size) }) };
    return [
      {
        family: "matches",
        name: `/${expression}/`,
        statements: allowWhen(`args.text matches /${expression}/`),
        ...given,
      },
      {
        family: "contains",
        name: `/${expression}/`,
        statements: allowWhen("args.text contains D", `let D = /${expression}/`),
        ...given,
      },
    ];
  });
}

// ---------------------------------------------------------------------------------------------------------------------- globs

const globs: readonly (readonly [glob: string, piece: string])[] = [
  [`/${"*a".repeat(10)}b`, "a"],
  [`/${"*a".repeat(60)}b`, "a"],
  [`/**${"/*a".repeat(10)}/b`, "a/"],
  [`/**${"/a/**".repeat(8)}/b`, "a/"],
  [`/${"?*".repeat(20)}b`, "a"],
  [`/${"{a,b}*".repeat(12)}c`, "ab"],
  [`/${"*[a-c]".repeat(20)}d`, "abc"],
  ["/**/*a*/**/*b*/**/c", "a/b/"],
  [`/{${"a*,".repeat(30)}b}`, "a"],
];

function globSubjects(): readonly Subject[] {
  return globs.flatMap(([glob, piece]) => [
    {
      family: "like, a path",
      name: glob,
      statements: allowWhen(`args.path like ${JSON.stringify(glob)}`),
      properties: { path: string },
      args: (size: number) => ({ path: `/${repeated(piece, size, "x")}` }),
    },
    {
      family: "like, a URL",
      name: glob,
      statements: allowWhen(`args.url like ${JSON.stringify(`https://example.org${glob}`)}`),
      properties: { url: { ...string, format: "uri" } },
      args: (size: number) => ({ url: `https://example.org/${repeated(piece, size, "x")}` }),
    },
  ]);
}

// ------------------------------------------------------------------------------------------------------------------- commands

const commands: readonly (readonly [pattern: string, piece: string])[] = [
  [`x ${"** ".repeat(20)}b`, "a "],
  [`x ${"-** ".repeat(20)}b`, "-a "],
  [`x ${"** a ".repeat(10)}b`, "a "],
  [`x *${"a*".repeat(30)}b`, "a"],
  [`x ${"{a,b} ** ".repeat(8)}c`, "a b "],
];
const shells = ["a;", "a|", "a && ", "(", "'a' ", '"a" ', "\\a", "$(", "`", "a=1 ", "# ", "a\n", "<a ", "if a; "];

function commandSubjects(): readonly Subject[] {
  const given = (piece: string, end = "!"): Pick<Subject, "properties" | "args"> => ({
    properties: { command: string },
    args: (size) => ({ command: `x ${repeated(piece, size, end)}` }),
  });
  return [
    ...commands.flatMap(([pattern, piece]) => [
      {
        family: "runs",
        name: pattern,
        statements: allowWhen(`args.command runs ${JSON.stringify(pattern)}`),
        ...given(piece),
      },
      {
        family: "invokes",
        name: pattern,
        statements: [
          'allow "all" anyone to s.t',
          `deny "asked" s.t when args.command invokes ${JSON.stringify(pattern)}`,
        ],
        ...given(piece),
      },
    ]),
    ...shells.map((piece) => ({
      family: "invokes, a shell's text of",
      name: JSON.stringify(piece),
      statements: ['allow "all" anyone to s.t', 'deny "asked" s.t when args.command invokes ["rm **", "{b,c} -**"]'],
      ...given(piece, "a"),
    })),
    {
      family: "runs",
      name: "a list of words",
      statements: allowWhen(`args.words runs "x ${"** ".repeat(20)}b"`),
      properties: { words: strings },
      args: (size) => ({ words: ["x", ...Array.from({ length: size / 16 }, () => "aaaaaaaaaaaa")] }),
    },
  ];
}

// ------------------------------------------------------------------------------------------------------------------ detectors

/** What detectors look at from many places at once. */
// biome-ignore format: a list of pieces
const pieces = [
  "a@", "a.b@c.", "@", "é", "4 1 ", "1", "1-", "DE8 ", "DE89370400440532013000", "eyJ", "eyJhbGci.", "eyJhbGci..", "-", "-----BEGIN ",
  "-----BEGIN PRIVATE KEY", "-----END PRIVATE KEY-----", "AKIA", "secretkey", "secret key ", "sessiontoken", "ghp_", "1.", ":", "1:", "f:", "::1.",
];
const builtIn = ["email-address", "card", "iban", "jwt", "private-key", "aws-key", "github-token", "ip-address"];

function detectorSubjects(): readonly Subject[] {
  return pieces.map((piece) => ({
    family: "contains, all detectors, a text of",
    name: JSON.stringify(piece),
    statements: allowWhen(`args.text contains [${builtIn.join(", ")}]`),
    properties: { text: string },
    args: (size) => ({ text: repeated(piece, size) }),
  }));
}

// ------------------------------------------------------------------------------------------------------------------ redaction

function redactionSubjects(): readonly Subject[] {
  const given = { properties: {}, args: (): JsonObject => ({}) };
  const all = (
    name: string,
    text: (size: number) => string,
    lets: string = "",
    detectors = builtIn.join(", "),
  ): Subject => ({
    family: "redact, a result of",
    name,
    statements: ['allow "all" anyone to s.t', lets, `redact "mask" ${detectors} in result of s.t`],
    ...given,
    text,
  });
  return [
    ...pieces.map((piece) => all(JSON.stringify(piece), (size) => repeated(piece, size))),
    all("addresses of mail", (size) => repeated("ann@example.com, ", size)),
    all("cards", (size) => repeated("4111 1111 1111 1111; ", size)),
    all("JSON with secrets", (size) =>
      JSON.stringify({ list: Array.from({ length: size / 32 }, () => "ann@example.com 10.0.0.1") }),
    ),
    all("JSON in JSON", (size) => JSON.stringify({ a: JSON.stringify({ b: repeated("ann@example.com ", size) }) })),
    all("an open bracket", (size) => repeated("[", size)),
    all("/a|a.*b/ over a", (size) => repeated("a", size), "let D = /a|a.*b/", "D"),
    all("/ab|a.*c/ over a", (size) => repeated("a", size), "let D = /ab|a.*c/", "D"),
    all("/(a|b)*a(a|b){12}/ over ab", (size) => repeated("ab", size), "let D = /(a|b)*a(a|b){12}/", "D"),
    {
      ...all("many blocks", () => ""),
      name: "many blocks",
      text: (size) => repeated("a@b.example ", size),
    },
  ];
}

// -------------------------------------------------------------------------------------------------------- readers and the rest

function readerSubjects(): readonly Subject[] {
  const text = (name: string, condition: string, piece: string, begin = "", end = "!"): Subject => ({
    family: "reading",
    name: `${name}, a text of ${JSON.stringify(piece)}`,
    statements: allowWhen(condition),
    properties: { text: string, path: string },
    args: (size) => ({ text: begin + repeated(piece, size, end), path: begin + repeated(piece, size, end) }),
  });
  return [
    ...["/", "a/", "%20", "%", "../", "é", "~"].map((piece) => text("a path", 'args.path under "/w"', piece, "/w/")),
    ...["a.", "a/", "%61", "@", "[", "1.", "é.", "?", "#", "xn--"].map((piece) =>
      text("a URL", 'url(args.text).host in domain "example.org"', piece, "https://"),
    ),
    ...["a", "1.", ":", "f:", "0x"].map((piece) => text("an address", 'ip(args.text) in "10.0.0.0/8"', piece)),
    ...["a.", "@", '"', "é"].map((piece) => text("a mail address", 'email(args.text).domain == "a.b"', piece, "a@")),
    ...["1", "-", "2026-01-01T"].map((piece) => text("a time", "time(args.text) > 2026-01-01", piece)),
    ...["a", "😀"].flatMap((piece) => [
      text("size", "size(args.text) > 10", piece),
      text("bytes", "bytes(args.text) > 10", piece),
      text("lower", 'lower(args.text) == "a"', piece),
      text("contains a text", `args.text contains "${piece.repeat(40)}b"`, piece),
      text("starts with", `args.text starts with "${piece.repeat(40)}b"`, piece),
    ]),
  ];
}

function listSubjects(): readonly Subject[] {
  // Two lists of texts of 64 characters, together of the size.
  const many = (size: number): readonly string[] =>
    Array.from({ length: size / 128 }, (_, index) => `/w/${String(index).padStart(61, "0")}`);
  const list = (condition: string): Subject => ({
    family: "a long list",
    name: condition,
    statements: allowWhen(condition),
    properties: { paths: strings, words: strings },
    args: (size) => ({ paths: many(size), words: many(size) }),
  });
  const wanted = `[${Array.from({ length: 200 }, (_, index) => `"/w/x${index}"`).join(", ")}]`;
  return [
    list('every p in args.paths: p under "/w"'),
    list('some p in args.paths: p like "**/*a*a*b"'),
    list("every w in args.words: w matches /(\\/[a-z0-9]+)+/"),
    list(`some w in args.words: w in ${wanted}`),
    list(`args.words subset of ${wanted}`),
    list("sum of size(w) for w in args.words > 10"),
    list('every text in strings(args): not (text contains "..")'),
    list('every p in paths(args): p under "/w"'),
    {
      family: "a long list",
      name: "uniqueItems",
      statements: ['allow "all" anyone to s.t'],
      properties: { words: { ...strings, uniqueItems: true } },
      args: (size) => ({ words: many(size) }),
    },
  ];
}

/** Everything but the outside list of expressions. */
export function ownSubjects(): readonly Subject[] {
  return [
    ...boundedSubjects(),
    ...globSubjects(),
    ...commandSubjects(),
    ...detectorSubjects(),
    ...redactionSubjects(),
    ...readerSubjects(),
    ...listSubjects(),
  ];
}
