import type { CatalogueRow } from "./row.ts";

/** P07xx, fixtures and configuration. A fixture with an error runs no test of its file: nothing passes by a slip of the pen. */
export const fixtures: readonly CatalogueRow[] = [
  {
    code: "P0701",
    title: "A fixture or configuration file cannot be read",
    severity: "error",
    page: `The file is not one YAML (or JSON) document: a bracket or quote is missing, a key stands twice in one mapping, an alias
names nothing or unfolds into too much, or a value is none that JSON knows.

    with: { path: /workspace/a.ts, path: /etc/passwd }     # two values, and no telling which one is tested

No test of the file runs until it is mended, and nothing is made by a configuration that cannot be read.`,
  },
  {
    code: "P0702",
    title: "Unknown key in a fixture or configuration",
    severity: "error",
    page: `A key that means nothing there would be ignored, and the test would not test what its writer meant.

    - name: secrets stay shut
      expects: deny          # \`expect\`

Spell the key as the page on fixtures has it. Arguments of a tool belong below \`with\`, attributes of a caller below \`principals\`.`,
  },
  {
    code: "P0703",
    title: "A fixture or configuration has another kind of value than is needed",
    severity: "error",
    page: `A list stands where a text is needed, a number where a date is, and so on. YAML reads \`no\`, \`12\` and \`null\` as they look:
put quotes around what is meant as text.

    context: { time: yesterday }                 # an ISO date such as 2026-11-22T10:00:00Z
    steps: [{ wait: 10 minutes }]                # a duration: 30s, 5m, 1h, 7d`,
  },
  {
    code: "P0704",
    title: "A fixture lacks what a test needs",
    severity: "error",
    page: `Each test says who asks (\`as\`), what for (\`call\`, \`read\`, \`prompt\`, \`list\`, …) and what is to come of it (\`expect\`). In a table
(\`each\`) or in \`steps\` the rows may bring what the test leaves out. Without \`expect\` a test asserts nothing, so it is no test.

    - name: a caller without a valid token
      as: null               # said, not left out
      call: fs.read_text_file
      with: { path: /workspace/a.ts }
      expect: unauthenticated`,
  },
  {
    code: "P0705",
    title: "A fixture file without a test",
    severity: "error",
    page: `The list \`tests\`, a table \`each\` or a list of \`steps\` is empty, so that nothing is tested while the run looks green.
Write a test, or remove the file.`,
  },
  {
    code: "P0706",
    title: "Unknown principal",
    severity: "error",
    page: `\`as\` names callers that the file declares below \`principals\`.

    principals:
      dev: { id: dev@example.com, roles: [developer] }
    tests:
      - { name: a, as: deb, … }      # dev

A caller without a valid token is \`as: null\`.`,
  },
  {
    code: "P0707",
    title: "A fixture names a server, tool or prompt that the policy does not know",
    severity: "error",
    page: `Operations in fixtures are written as in a policy: the server by the policy's name for it, a dot, and the name of one of its
pinned tools. A misspelt tool would be denied like any unknown operation, and a test that expects \`deny\` would pass for the wrong
reason.

    call: fs.raed_file       # fs.read_text_file`,
  },
  {
    code: "P0708",
    title: "A fixture names a rule that the policy does not have",
    severity: "error",
    page: `\`rules\` lists the ids of the rules that make the decision, all of them: the name that a rule has in the policy, or for a
capability that a role lists \`role NAME: CAPABILITY\`. A rule without a name has an id that changes with its text; give it a name
where a test refers to it.

    expect: { decision: deny, rules: ["no secrets"] }`,
  },
  {
    code: "P0709",
    title: "No such decision or reason",
    severity: "error",
    page: `A decision is \`allow\`, \`deny\`, \`ask\`, \`invalid\` or \`unauthenticated\`. A reason is one of the stable ids that callers are
told: \`rule\` (a rule matched), \`unknown\` (only an unreadable value made a \`deny\` match), \`default\` (no \`allow\` covers it),
\`unknown-operation\`, \`invalid\`, \`unauthenticated\` and a few more.`,
  },
  {
    code: "P0710",
    title: "A fixture says what its request cannot have",
    severity: "error",
    page: `A list lets nothing through, so that proofs (\`approved-by\`, \`proofs\`) and the \`result\` of a call mean nothing beside it. And what
is to leave of a result can only be expected where the step says what the server answers:

    call: web.fetch
    with: { url: https://example.org }
    result: { content: [{ type: text, text: "card 4111 1111 1111 1111" }] }
    expect: { decision: allow, result: { content: [{ type: text, text: "card [redacted]" }] } }`,
  },
  {
    code: "P0711",
    title: "A call without its arguments",
    severity: "error",
    page: `The tool requires arguments and the test gives no \`with\`. What is meant is ambiguous: a test of the refusal of a call without
arguments says so with \`with: {}\`.

    call: fs.read_text_file
    with: { path: /workspace/a.ts }`,
  },
  {
    code: "P0712",
    title: "The policy of a fixture cannot be used",
    severity: "error",
    page: `A policy that the key \`policy\` names does not exist, or has errors of its own. Paths are relative to the fixture file. A policy
with an error builds nothing, so that there is nothing to test; \`policy check\` on it says more.`,
  },
  {
    code: "P0713",
    title: "A skipped test without a reason",
    severity: "error",
    page: `A test is skipped with \`skip: "why"\`. The reason is shown in each report, so that a skip is a decision that someone can
question, not a way to get a green run.`,
  },
  {
    code: "P0714",
    title: "A fixture names an attribute or fact that the policy does not declare",
    severity: "error",
    page: `A caller has \`id\`, \`roles\`, \`client\` and the attributes of the policy's \`principal { … }\`; \`context\` has \`time\`, \`ip\` and the facts
of \`context { … }\`. No rule can read any other, so a test that sets one tests less than it seems to.

    principals:
      dev: { id: dev@example.com, roles: [developer], taem: core }     # team`,
  },
  {
    code: "P0715",
    title: "A role that the policy does not declare",
    severity: "warning",
    page: `A token may hold roles that the policy does not declare: they are ignored. That is worth a test of its own, but in most fixtures it
is a misspelt role, and a test that expects \`deny\` then passes for the wrong reason.`,
  },
];
