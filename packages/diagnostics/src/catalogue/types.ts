import type { CatalogueRow } from "./row.ts";

/** P03xx, what the type checker reports. */
export const types: readonly CatalogueRow[] = [
  {
    code: "P0301",
    title: "Operator does not fit",
    severity: "error",
    page: `An operator takes operands of certain types, and none of its forms takes these. The types of arguments come from the tools' own
input schemas. An operator must hold for every member of a union.

\`\`\`mcpolicy
allow "few" dev to fs.head when args.path > 10      // \`>\` is for numbers, times and durations
\`\`\`

Use an operator for this type, or narrow a union first: \`args.x is string and …\`.`,
  },
  {
    code: "P0302",
    title: "Raw text of a path or URL",
    severity: "error",
    page: `\`starts with\`, \`ends with\`, \`contains\` and \`matches\` look at text as it stands. A path or URL means more than its text:
\`/workspace/../etc/passwd\` starts with \`/workspace\`, and \`https://example.org@evil.test/\` with \`https://example.org\`. And \`like\`, whose \`*\`
stops at a slash, is for paths, URLs and tool names only.

\`\`\`mcpolicy
allow "read" dev to fs.read_file when args.path starts with "/workspace"   // use: under "/workspace"
\`\`\`

Use \`under\`, \`like\`, or a URL's parts (\`url(x).host in domain "…"\`). Where the name of an argument misleads, \`text(args.source)\` is its
raw text.`,
  },
  {
    code: "P0303",
    title: "Never equal",
    severity: "error",
    page: `Two values are compared that can never be equal: their types have no value in common, or a constant is not among the values that
the tool's schema lists. The condition could never be true, which in a \`deny\` is a hole.

\`\`\`mcpolicy
deny "no force" git.push when args.mode == "forced"   // the schema lists "force" and "normal"
\`\`\`

Compare with a value that the argument can have.`,
  },
  {
    code: "P0304",
    title: "Constant cannot be read",
    severity: "error",
    page: `A constant stands where it is read as something else, a path, a glob, an address, a range, and cannot be read as that. The note says
why. At run time the condition would be unknown for ever.

\`\`\`mcpolicy
allow "read" dev to fs.read_file when args.path under "workspace/../etc"
\`\`\`

Write a constant that can be read: paths are absolute and without \`..\`; networks have no host bits set; regular expressions have no
look-around, no back-references, no flags.`,
  },
  {
    code: "P0305",
    title: "Optional without a guard",
    severity: "error",
    page: `An optional value that is absent makes its condition unknown, and in a rule that narrows (\`deny\` and its like) an unknown matches. So
the rule would fire for each call that leaves the value out, which is rarely meant. In an \`allow\` it is fine: nothing is granted.

\`\`\`mcpolicy
deny "no big reads" fs.read_file when args.limit > 1000
\`\`\`

Ask first, \`has args.limit and args.limit > 1000\`, or give the value for that case: \`(args.limit ?? 0) > 1000\`. A schema's own \`default\`
is the server's word and counts for nothing.`,
  },
  {
    code: "P0306",
    title: "Not a condition",
    severity: "error",
    page: `Where a condition stands, something must be true or false: a comparison, a test, a flag. Or the other way round: a condition stands
where a value is compared.

\`\`\`mcpolicy
allow "read" dev to fs.read_file when args.path
\`\`\`

Compare the value, or ask whether it is there: \`has args.path\`.`,
  },
  {
    code: "P0307",
    title: "Not a list",
    severity: "error",
    page: `\`every x in LIST: …\` and \`some x in LIST: …\` look at the elements of a list; this is none, by the tool's schema.

\`\`\`mcpolicy
deny "no secrets" fs.read_file when some p in args.path: p under "/secrets"
\`\`\`

Test the value itself, or narrow a union first: \`args.x is list and (every p in args.x: …)\`.`,
  },
  {
    code: "P0308",
    title: "Not there for every operation",
    severity: "error",
    page: `\`tool\` is there where a tool is called, \`resource\` where a resource is read. In a rule that also speaks of other operations the
condition would be unknown for those.

\`\`\`mcpolicy
deny "no writes" everything when not tool.annotations.readOnlyHint
\`\`\`

Give the operations that have it a rule of their own: \`deny "no writes" * when …\`.`,
  },
  {
    code: "P0309",
    title: "Unknown type",
    severity: "error",
    page: `The types that can be written are \`bool\`, \`int\`, \`number\`, \`string\`, \`path\`, \`url\`, \`ip\`, \`mail\`, \`time\`, \`duration\`, \`null\`, \`any\`, \`roles\`,
\`list<T>\`, texts such as \`"a" | "b"\`, and records.

\`\`\`mcpolicy
principal { team: text }              // did you mean \`string\`?
\`\`\`

Take the suggestion.`,
  },
  {
    code: "P0310",
    title: "Check does not fit",
    severity: "error",
    page: `A \`check\` narrows what a tool takes. A type that the argument can never have would let nothing through, and a refinement that does
not fit the type (\`size\` of a number, \`matches\` of a path) says nothing.

\`\`\`mcpolicy
check fs.read_file { path: int }
check fs.head { lines: int size 1..10 }   // a range is written \`1..10\` alone
\`\`\`

Write the type as the schema has it, and refine that.`,
  },
  {
    code: "P0311",
    title: "Check cannot widen",
    severity: "error",
    page: `A \`check\` may make an optional argument required, never a required one optional: it only narrows the tool's own schema.

\`\`\`mcpolicy
check fs.read_file { path?: path }    // \`path\` is required by the schema
\`\`\`

Leave out the \`?\`.`,
  },
  {
    code: "P0312",
    title: "Text with holes",
    severity: "error",
    page: `Text may hold \`{principal.x}\`, \`{context.x}\`, \`{tool.name}\`, \`{tool.server}\` and \`{NAME}\` of a \`let\`, on the right of \`under\`, \`like\`, \`==\` and
on the left of \`in\`. The value must be one plain segment (letters, digits, \`.\`, \`_\`, \`-\`), else the condition is unknown. What a request
brings (\`args\`, \`result\`) never fills a hole: it would shape what it is compared with.

\`\`\`mcpolicy
allow "own" anyone to fs.read_file when args.path under "/data/{args.user}"
\`\`\`

Compare with an attribute of the caller, or write the text out.`,
  },
  {
    code: "P0313",
    title: "Only where it narrows",
    severity: "error",
    page: `Some forms see a part of the truth only: they may stand where a match forbids, and not where it grants.

\`\`\`mcpolicy
allow "safe tools" dev to fs.* when tool.description contains "read only"
\`\`\`

Use the form in a \`deny\`, or say otherwise what is allowed.`,
  },
  {
    code: "P0314",
    title: "A constant is needed",
    severity: "error",
    page: `Here stands what is known when the policy is loaded: the value behind \`??\`, the ends of a range, the value of a \`let\`, a glob, a
directory, one side of \`*\`. A value that a request brings must not shape what it is compared with.

\`\`\`mcpolicy
allow "n" dev to fs.head when args.lines in 1..args.path
\`\`\`

Write the value out, or name a \`let\`.`,
  },
  {
    code: "P0315",
    title: "Unknown function or test",
    severity: "error",
    page: `There is no function or test of this name, or it takes another number of operands. Functions: \`size\`, \`bytes\`, \`lower\`, \`text\`,
\`url\`, \`email\`, \`ip\`, \`time\`, \`paths\`, \`strings\`. Tests: \`is private\`, \`is string\`, \`is int\` and the like.

\`\`\`mcpolicy
allow "short" dev to fs.read_file when length(args.path) < 100    // meant: size
\`\`\`

Take the suggestion.`,
  },
  {
    code: "P0317",
    title: "No parts",
    severity: "error",
    page: `What stands before the dot or bracket has no parts: it is text, a number or a list, or may be one by the tool's schema.

\`\`\`mcpolicy
deny "x" fs.read_file when args.path.name == "x"
\`\`\`

Read it as it is, look at a list's elements with \`some x in …\`, or narrow a union first with \`is record\`.`,
  },
  {
    code: "P0320",
    title: "Quantifiers side by side",
    severity: "error",
    page: `A quantifier inside another looks at parts of what the outer one looks at, and at nothing else. So the cost of a decision stays linear
in the size of the request, whatever is sent.

\`\`\`mcpolicy
deny "x" fs.copy when some a in args.from: (some b in args.to: a == b)
\`\`\`

Write the two side by side, or compare with a constant list.`,
  },
  {
    code: "P0321",
    title: "Dates that cannot be",
    severity: "error",
    page: `The rule's \`until\` is not later than its \`from\`, so that there is no instant at which it applies. A \`deny\` of this kind is a hole.

\`\`\`mcpolicy
deny "freeze" fs.write_file from 2026-12-24 until 2026-12-24
\`\`\`

\`until\` names the first instant at which the rule no longer applies; dates are UTC.`,
  },
  {
    code: "P0322",
    title: "History in the wrong direction",
    severity: "error",
    page: `What a caller can cause at will, attempts and labels, must never help it. So \`attempted\` and \`carries\` stand only where more of them
narrows: plain in \`deny\`, \`require\`, \`limit\`, \`label\`; under \`not\` or \`unless\`, or in \`count … < n\`, in an \`allow\`.

\`\`\`mcpolicy
allow "after a check" dev to fs.delete_file when attempted fs.read_file in last 10m
\`\`\`

Whoever wants through would only have to try. Ask for what was let through, \`called\`, or for what succeeded, \`completed\`.`,
  },
  {
    code: "P0323",
    title: "History out of place",
    severity: "error",
    page: `Events of the past are looked at once for each decision: not inside \`every\` and \`some\`, not inside the \`with\` of other history, and a
number of them (\`count of\`, \`sum of\`) is one side of a comparison with a value. It is a range where events are forgotten or unreadable,
and only a comparison knows what to do with a range.

\`\`\`mcpolicy
deny "x" fs.read_multiple_files when some p in args.paths: called fs.write_file with (its.args.path == p) in last 1h
\`\`\`

Write it beside the other condition, joined by \`and\` or \`or\`.`,
  },
  {
    code: "P0324",
    title: "Nothing to read yet",
    severity: "error",
    page: `\`result\` is what the server answered: rules about results read it (\`deny result of\`, \`redact\`, \`label\`), and nothing that decides the
call itself, which comes before. \`its\` is an earlier call, read behind \`with\`; its result is there where it \`completed\`.

\`\`\`mcpolicy
deny "no secrets" fs.read_file when result.text contains "BEGIN PRIVATE KEY"
\`\`\`

Write \`deny result of …\`, or look at an earlier call: \`completed OPERATION with (its.result.x == args.x) in last 1h\`.`,
  },
  {
    code: "P0325",
    title: "Limit or window of nothing",
    severity: "error",
    page: `A limit lets through at least one call, a budget more than nothing, and a window has a length.

\`\`\`mcpolicy
limit "none" fs.delete_file to 0 per 1h per principal
\`\`\`

To forbid calls, write a \`deny\`. Calls are counted one by one: their number is whole.`,
  },
];
