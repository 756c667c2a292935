import type { CatalogueRow } from "./row.ts";

/** P02xx, what the resolver reports. */
export const names: readonly CatalogueRow[] = [
  {
    code: "P0201",
    title: "Unknown tool",
    severity: "error",
    page: `The server has no tool of this name among its pinned definitions. Most likely it is misspelt, or the server renamed it and the
pins were renewed. Meanwhile the tool is denied to everybody, and the policy builds nothing.

\`\`\`mcpolicy
deny "no writes" fs.wirte_file      // did you mean \`write_file\`?
\`\`\`

Take the suggestion, or look at the tools in the server's pin file. Quoted names (\`fs."odd name"\`) hold no wildcard.`,
  },
  {
    code: "P0202",
    title: "Unknown server",
    severity: "error",
    page: `No \`server\` statement declares this name. A rule about a server that does not exist would never apply, so it is refused.

\`\`\`mcpolicy
server fs from "tools/filesystem.json"
allow "read" dev to files.read_file   // there is no server \`files\`
\`\`\`

Declare the server, or write the name of one that is declared.`,
  },
  {
    code: "P0203",
    title: "Unknown argument",
    severity: "error",
    page: `A condition or \`check\` reads an argument that a tool does not have, by the tool's own input schema. In a rule over several tools
an argument must exist in each of them; behind \`has args.x and\` in at least one. It is never a silent \`false\`.

\`\`\`mcpolicy
allow "read" dev to fs.read_* when args.path under "/workspace"   // read_multiple_files has \`paths\`
\`\`\`

Write the name as the schema has it, give the odd tool a line of its own, or ask first whether the argument is there.`,
  },
  {
    code: "P0204",
    title: "Unknown role",
    severity: "error",
    page: `No \`role\` statement declares this name. Roles in a caller's token that nothing declares are ignored, so a rule about one would
meet nobody: a \`deny\` would be void without anybody noticing.

\`\`\`mcpolicy
role reader { read:files }
deny "no mail" raeder to mail.send    // did you mean \`reader\`?
\`\`\`

Declare the role, even an empty one (\`role auditor { }\`), or take the suggestion.`,
  },
  {
    code: "P0205",
    title: "Unknown capability",
    severity: "error",
    page: `No \`capability\` statement declares this name. Names with a colon are always capabilities; tools are written with their server.

\`\`\`mcpolicy
allow "read" dev to raed:files        // did you mean \`read:files\`?
\`\`\`

Take the suggestion, or declare the capability.`,
  },
  {
    code: "P0206",
    title: "Name declared twice",
    severity: "error",
    page: `Servers, capabilities, roles, \`let\`s and quantified names share one name space, over all files of a policy, and nothing shadows. So a
reader never has to ask which of two things a name means. The second declaration is passed over.

\`\`\`mcpolicy
role writer { }
capability writer { fs.write_file }   // \`writer\` is a role already
\`\`\`

Rename one of the two. A file that is imported twice counts once and is no reason for this error.`,
  },
  {
    code: "P0207",
    title: "Name is built in",
    severity: "error",
    page: `\`args\`, \`tool\`, \`resource\` and \`its\` are what conditions read; a declaration of the same name would make them ambiguous.

\`\`\`mcpolicy
let args = ["a", "b"]                 // \`args\` is built in
\`\`\`

Choose another name.`,
  },
  {
    code: "P0208",
    title: "Cycle of capabilities",
    severity: "error",
    page: `A capability that includes itself, straight or through others, has no meaning: the set of its operations would be defined by itself.

\`\`\`mcpolicy
capability a { b }
capability b { a }                    // a → b → a
\`\`\`

Remove one of the mentions that the message lists.`,
  },
  {
    code: "P0209",
    title: "Cycle of roles",
    severity: "error",
    page: `A role includes the roles that it lists. Where that leads back to itself, all roles of the cycle would be the same role, which is
hardly meant: most often one of the mentions is the wrong way round.

\`\`\`mcpolicy
role developer { lead }
role lead { developer }               // developer → lead → developer
\`\`\`

Remove the mention that points upwards.`,
  },
  {
    code: "P0210",
    title: "Nothing is meant",
    severity: "error",
    page: `A wildcard matches no pinned definition, or \`except\` leaves none. A rule about nothing never applies, and a \`deny\` that never
applies is a hole.

\`\`\`mcpolicy
deny "no deletes" fs.remove_*         // the tools are called delete_file, delete_directory
\`\`\`

Look at the names in the pin file. Wildcards are expanded when the policy is built; on an \`untyped\` server they stay patterns.`,
  },
  {
    code: "P0211",
    title: "File not found",
    severity: "error",
    page: `An \`import\` names a file that cannot be read, or the policy itself is not there. A policy with a part missing could lack its
denials, so nothing is built and everything is denied.

\`\`\`mcpolicy
import "./commmon.mcpolicy"
\`\`\`

The path is seen from the folder of the file that holds the statement.`,
  },
  {
    code: "P0212",
    title: "Unknown name",
    severity: "error",
    page: `An expression names something that is not there: no quantified name, no \`let\`, and none of \`args\`, \`principal\`, \`context\`, \`tool\`,
\`resource\`.

\`\`\`mcpolicy
allow "read" dev to fs.read_file when path under "/w"   // meant: args.path
\`\`\`

Take the suggestion, or write where the value comes from: arguments are read as \`args.NAME\`.`,
  },
  {
    code: "P0213",
    title: "Unknown attribute",
    severity: "error",
    page: `What stands before the dot is known, and has no such part: the \`principal\` or \`context\` block does not declare it, a record of a
tool's schema lacks it, or a URL has no such part.

\`\`\`mcpolicy
principal { team: string from claim "team" }
allow "own" anyone to fs.read_file when args.path under "/d/{principal.taem}"
\`\`\`

Declare the attribute, or take the suggestion. A URL has \`.scheme .host .port .path .query .user\`.`,
  },
  {
    code: "P0214",
    title: "Unknown prompt",
    severity: "error",
    page: `The server has no prompt of this name among its pinned definitions. Meanwhile it is denied to everybody, and the policy builds
nothing.

\`\`\`mcpolicy
allow "review" dev to prompt fs.reveiw
\`\`\`

Take the suggestion, or renew the pins.`,
  },
  {
    code: "P0215",
    title: "Rule name used twice",
    severity: "error",
    page: `A rule's name is its id: in decisions, in tests (\`rules: ["no secrets"]\`), in the audit log. Two rules of one name could not be told
apart there.

\`\`\`mcpolicy
deny "no writes" fs.write_file
deny "no writes" fs.edit_file
\`\`\`

Rename one. A rule over both tools is one statement: \`deny "no writes" fs.write_file, fs.edit_file\`.`,
  },
  {
    code: "P0217",
    title: "Unknown edition",
    severity: "error",
    page: `\`mcpolicy N\` states the edition of the language in which a file is written. This version knows edition 1. What a file of another
edition means must not be guessed.

\`\`\`mcpolicy
mcpolicy 2
\`\`\`

Write \`mcpolicy 1\`, or use a version of the tools that knows the edition.`,
  },
  {
    code: "P0218",
    title: "Attribute declared differently",
    severity: "error",
    page: `\`principal\` and \`context\` blocks merge over all files; a field that stands in two of them must have the same type and the same \`?\` in
both. \`id\`, \`client\` and \`roles\` of a principal, \`time\` and \`ip\` of a context are built in, and can only be repeated as they are.

\`\`\`mcpolicy
principal { team: string }
principal { team?: string }
\`\`\`

Let both say the same, or declare it in one place.`,
  },
  {
    code: "P0219",
    title: "Too large",
    severity: "error",
    page: `A part of the policy unfolds to more than this version takes: a chain of 200 names that stand for one another, a capability of more
than 10,000 entries, rules over more than a million operations. No policy that a person reads comes near; one that is built to be
large must not keep a machine busy, since policies come from other people too. What is written out counts by the length of its text:
100,000 rules, in several files, are not too many.

\`\`\`mcpolicy
capability a { b when x
               b when y }             // each such step doubles the entries
\`\`\`

Name operations and roles more directly, or split the policy.`,
  },
  {
    code: "P0220",
    title: "Name of another kind",
    severity: "error",
    page: `The name exists and stands for something else than is asked for here: a server where a capability is meant, a capability where a
role is meant.

\`\`\`mcpolicy
server fs from "tools/fs.json"
allow "all" dev to fs                 // each tool of it is \`fs.*\`
\`\`\`

Write a name of the right kind.`,
  },
  {
    code: "P0221",
    title: "Unknown label",
    severity: "error",
    page: `\`carries NAME\` asks whether the caller carries a label, and no \`label\` statement sets one of this name. Nobody could ever carry it,
so that the rule would never do what it says.

\`\`\`mcpolicy
label untrusted on office.fetch_page for 2h
deny "no mail after the web" office.send_mail when carries untrustd
\`\`\`

Take the suggestion, or write the \`label\` that sets it.`,
  },
  {
    code: "P0222",
    title: "Cycle of macros",
    severity: "error",
    page: `A macro calls itself, alone or by way of others. There is no recursion in the language: a macro stands for its text, and this text would
never end.

\`\`\`mcpolicy
let inside(x) = outside(x)
let outside(x) = not inside(x)
\`\`\`

Remove one of the calls. To look at each element of a list, write \`every\` or \`some\`.`,
  },
  {
    code: "P0223",
    title: "Table that cannot be read",
    severity: "error",
    page: `\`data NAME from "FILE"\` reads JSON or YAML 1.2 once, when the policy is checked. A key that stands twice, a tag, a number that cannot be
held exactly, or depth without end has no one meaning, so that the table is refused as a whole.

\`\`\`mcpolicy
data owners from "owners.yaml"      // { core: ann, core: bob }
\`\`\`

Mend the file: texts, numbers, true and false, null, lists and records.`,
  },
  {
    code: "P0224",
    title: "Policy that narrows itself",
    severity: "error",
    page: `\`narrows "FILE"\` decides by the lower of two policies, and the wider one stands by itself. Two that narrow each other have no wider one.

\`\`\`mcpolicy
narrows "./org.mcpolicy"            // where org.mcpolicy narrows this file
\`\`\`

Remove one of the two. To bring another file's statements in, \`import\` it.`,
  },
  {
    code: "P0225",
    title: "Server pinned differently",
    severity: "error",
    page: `A policy and one that it narrows both declare a server of this name, and their pinned definitions differ. They would decide about
different tools, each by schemas that the other does not know.

\`\`\`mcpolicy
narrows "./org.mcpolicy"            // server fs from "tools/fs.json"
server fs from "tools/fs-old.json"
\`\`\`

Let both name the same pins, or pins of one listing.`,
  },
  {
    code: "P0226",
    title: "Setting that cannot be",
    severity: "error",
    page: `\`token\`, \`audit\` and \`network\` take the settings that the reference lists, each once. What is not understood is not passed over: it might
be the one that matters.

\`\`\`mcpolicy
token { issuer "https://id.example.com" algorithms none }
\`\`\`

Take the suggestion. Tokens are signed with a private key: \`EdDSA\`, \`ES256\`, \`RS256\` and the like.`,
  },
  {
    code: "P0227",
    title: "Stands once",
    severity: "error",
    page: `\`token\` and \`audit\` stand once in a policy with all that it imports, \`network\` once for each server: which of two holds must not depend on
the order of statements.

\`\`\`mcpolicy
audit { arguments hashed }
audit { arguments full }
\`\`\`

Join the two, or remove one.`,
  },
];
