import type { CatalogueRow } from "./row.ts";

const noArtifact =
  "A policy with an error in its text builds nothing: no request is allowed by it until the error is mended.";

/** P01xx, what the parser reports. */
export const syntax: readonly CatalogueRow[] = [
  {
    code: "P0101",
    title: "Something else was expected",
    severity: "error",
    page: `The text goes on with something that cannot stand there. The message says after what, and what could.

\`\`\`mcpolicy
deny "no secrets" when args.path like "**/.env"
\`\`\`

After the rule's name stand operations: \`deny "no secrets" fs.* when …\`. The rest of the file is read all the same, so that one run
reports every mistake.

${noArtifact}`,
  },
  {
    code: "P0102",
    title: "Misspelt word",
    severity: "error",
    page: `A word stands where a word of the language belongs, and nearly is one.

\`\`\`mcpolicy
deny fs.* whn args.path under "/etc"
\`\`\`

Write \`when\`. The text is read on as if that word stood there, so that nothing else is reported because of it.

${noArtifact}`,
  },
  {
    code: "P0103",
    title: "Not a statement",
    severity: "error",
    page: `A policy is a set of statements, and each begins with one of the words \`mcpolicy\`, \`import\`, \`narrows\`, \`server\`, \`principal\`,
\`context\`, \`data\`, \`let\`, \`capability\`, \`role\`, \`allow\`, \`deny\`, \`require\`, \`limit\`, \`label\`, \`redact\`, \`check\`, \`assert\`, \`token\`,
\`audit\`, \`network\`, \`shadow\`.

\`\`\`mcpolicy
grant readonly to fs.read_file
\`\`\`

Write \`allow readonly to fs.read_file\`.

${noArtifact}`,
  },
  {
    code: "P0104",
    title: "Bracket not closed",
    severity: "error",
    page: `A \`{\`, \`(\` or \`[\` has no partner. The message shows where the partner was missed and where the bracket was opened.

\`\`\`mcpolicy
capability read:files {
  fs.read_file when (args.path under "/workspace"
}
\`\`\`

Close it: \`(args.path under "/workspace")\`, or leave the parentheses out.

${noArtifact}`,
  },
  {
    code: "P0105",
    title: "Closing bracket that fits nothing",
    severity: "error",
    page: `A \`}\`, \`)\` or \`]\` closes nothing, or closes a bracket of another sort.

\`\`\`mcpolicy
deny fs.* when args.path in ["/a", "/b")
\`\`\`

Write \`["/a", "/b"]\`.

${noArtifact}`,
  },
  {
    code: "P0106",
    title: "`and` beside `or`",
    severity: "error",
    page: `Which of \`and\` and \`or\` binds tighter is a question that a reader of a policy should never have to ask. So where both stand
beside each other, parentheses say what belongs together.

\`\`\`mcpolicy
deny fs.* when args.a == 1 and args.b == 2 or args.c == 3
\`\`\`

Write \`(args.a == 1 and args.b == 2) or args.c == 3\`, or \`args.a == 1 and (args.b == 2 or args.c == 3)\`.

${noArtifact}`,
  },
  {
    code: "P0107",
    title: "Comparison of a comparison",
    severity: "error",
    page: `Comparisons do not chain: \`1 < args.n < 9\` would compare a truth value with 9.

\`\`\`mcpolicy
deny fs.* when 1 < args.head < 9
\`\`\`

Write \`1 < args.head and args.head < 9\`, or a range: \`args.head in 2..8\`.

${noArtifact}`,
  },
  {
    code: "P0108",
    title: "Not a number, a duration or a size",
    severity: "error",
    page: `A word that begins with a digit is a number (\`10_000\`, \`1.5\`), a duration (\`30s\`, \`5m\`, \`1h\`, \`7d\`) or a size (\`1KB\`, \`1KiB\`, \`1MB\`,
\`1MiB\`, \`1GB\`, \`1GiB\`), and nothing else.

\`\`\`mcpolicy
limit fs.write_file to 3 per 30sec per principal
\`\`\`

Write \`30s\`. Durations have one unit: \`90m\`, not \`1h30m\`.

${noArtifact}`,
  },
  {
    code: "P0109",
    title: "Text not closed",
    severity: "error",
    page: `A text stands in double quotes on one line.

\`\`\`mcpolicy
import "./common.mcpolicy
\`\`\`

Close it: \`import "./common.mcpolicy"\`. Inside, a line break is written \`\\n\`, a quote \`\\"\`, a backslash \`\\\\\`.

${noArtifact}`,
  },
  {
    code: "P0110",
    title: "Unknown escape",
    severity: "error",
    page: `In a text a backslash begins one of the escapes \`\\"\`, \`\\\\\`, \`\\n\`, \`\\t\` and \`\\u{…}\` (a code point in hexadecimal digits, no
surrogate). Anything else would be a guess.

\`\`\`mcpolicy
deny fs.* when args.path like "**/\\*.env"
\`\`\`

A backslash that a glob is to see is written twice: \`"**/\\\\*.env"\`.

${noArtifact}`,
  },
  {
    code: "P0111",
    title: "Regular expression not closed",
    severity: "error",
    page: `A regular expression stands between slashes on one line. A slash inside it is written \`\\/\`, or stands in a class: \`[/]\`. There is no
division, and comments begin with \`//\`.

\`\`\`mcpolicy
let ticket = /[A-Z]+-[0-9]+
\`\`\`

Write \`/[A-Z]+-[0-9]+/\`.

${noArtifact}`,
  },
  {
    code: "P0112",
    title: "Not part of the language",
    severity: "error",
    page: `A character or a spelling that this language does not have, such as \`&&\`, \`||\`, \`!\`, \`'text'\`, \`;\`, \`#\` or \`/* … */\`.

\`\`\`mcpolicy
deny fs.* when args.path under "/etc" && !args.force
\`\`\`

Write \`and\`, \`or\`, \`not\`, \`"text"\`, nothing, and \`//\`. Names have ASCII letters, since letters of other scripts can look the same as
they do; a name with others stands in quotes: \`fs."größe"\`.

${noArtifact}`,
  },
  {
    code: "P0113",
    title: "Hidden character",
    severity: "error",
    page: `The text holds a character that cannot be seen: a control character, a lone surrogate, a zero-width character, or one that turns
the direction of writing. With such characters a policy can be made to look like another one than it is (CVE-2021-42574, "Trojan
Source"), in comments too.

Remove it. Where a text literal is to hold it, write its code point: \`"\\u{200B}"\`.

${noArtifact}`,
  },
  {
    code: "P0114",
    title: "Nested too deep",
    severity: "error",
    page: `A statement nests brackets, \`not\`, quantifiers, sums or field steps more than 100 levels deep. No policy that a person reads is of
that kind; the limit keeps a hostile text from exhausting the checker. The statement is not read.

Give parts of it names with \`let\`.

${noArtifact}`,
  },
  {
    code: "P0115",
    title: "File too big",
    severity: "error",
    page: `A policy file is at most 1 MiB of text, and at most 250,000 words and signs. A bigger one is not read at all.

Split it into several files and \`import\` them.

${noArtifact}`,
  },
  {
    code: "P0116",
    title: "Too many mistakes",
    severity: "error",
    page: `After the first hundred mistakes of a file only their number is reported. Often one mistake near the beginning is the cause of
many: mend the first ones and check again.

${noArtifact}`,
  },
  {
    code: "P0117",
    title: "No such date",
    severity: "error",
    page: `A date is written year, month, day: \`2026-01-31\`; an instant \`2026-01-31T18:00Z\`, in UTC. The calendar must have it.

\`\`\`mcpolicy
allow readonly to fs.read_file until 2026-02-30
\`\`\`

${noArtifact}`,
  },
  {
    code: "P0118",
    title: "Number out of range",
    severity: "error",
    page: `Whole numbers go up to 2^53 − 1 (9007199254740991) either way: beyond, two different numbers could not be told apart. Sizes and
durations are such numbers too, of bytes and milliseconds.

\`\`\`mcpolicy
deny bank.pay when args.account == 12345678901234567890
\`\`\`

Compare long identifiers as texts.

${noArtifact}`,
  },
  {
    code: "P0119",
    title: "Clause twice",
    severity: "error",
    page: `Each of the clauses \`because\`, \`note\`, \`from\`, \`until\` and \`review\` stands at most once in a rule: of two dates one would have to
be ignored.

\`\`\`mcpolicy
allow readonly to fs.read_file until 2026-01-31 until 2027-01-31
\`\`\`

Keep one of them.

${noArtifact}`,
  },
  {
    code: "P0120",
    title: "Operator without spaces",
    severity: "error",
    page: `Names may hold \`-\` (\`resolve-library-id\`) and tool names \`*\` (\`read_*\`), and numbers may begin with \`-\`. So minus and times stand
between spaces.

\`\`\`mcpolicy
deny shop.buy when args.price*2 > 100
\`\`\`

Write \`args.price * 2\`.

${noArtifact}`,
  },
  {
    code: "P0121",
    title: "Documentation of nothing",
    severity: "warning",
    page: `\`///\` documents the statement, field or entry that begins on the next line; it reaches hovers, reports and generated pages. Here
nothing begins.

\`\`\`mcpolicy
role readonly { read:files } /// those who may look
\`\`\`

Put it on a line of its own before the statement, or make it a comment with \`//\`. It is read as a comment meanwhile; decisions do not
depend on it.`,
  },
  {
    code: "P0122",
    title: "Reserved word as a name",
    severity: "error",
    page: `Words that begin statements or stand in conditions name no server, role, variable or capability, so that a reader never has to ask
which is meant. After a dot, as a field and as a tool's name each word is free: \`args.limit\`, \`fs.deny\`.

\`\`\`mcpolicy
server data from "tools/data.json"
\`\`\`

Choose another name: \`server tables from "tools/data.json"\`.

${noArtifact}`,
  },
];
