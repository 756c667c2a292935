import type { CatalogueRow } from "./row.ts";

/** P04xx, lint. */
export const lint: readonly CatalogueRow[] = [
  {
    code: "P0401",
    title: "Unused capability",
    severity: "warning",
    page: `No role, rule, assertion or other capability names it, so it grants nothing: its operations stay denied unless another rule allows
them. Often its name was misspelt where it was meant.

\`\`\`mcpolicy
capability read:files { fs.read_file }
role reader { }
\`\`\`

Add it to a role, or remove it.`,
  },
  {
    code: "P0402",
    title: "Unused let",
    severity: "warning",
    page: `Nothing names this constant, so it decides nothing. Often its value was written out where it was meant, and the two can drift apart.

\`\`\`mcpolicy
let secrets = ["**/.env*"]
deny "no secrets" fs.* when some p in paths(args): p like "**/.env*"
\`\`\`

Use it, or remove it.`,
  },
  {
    code: "P0403",
    title: "Role does nothing",
    severity: "warning",
    page: `The role grants no capability, and no rule speaks of it. Whoever has it can do no more and no less than without it.

\`\`\`mcpolicy
role auditor { }
\`\`\`

List capabilities in it, name it in a rule, or remove it.`,
  },
  {
    code: "P0404",
    title: "Rule without a name",
    severity: "info",
    page: `A rule without a name is called by its effect and a digest of its text. The digest changes with the text, so tests and the audit log
cannot hold on to it.

\`\`\`mcpolicy
deny fs.write_file
\`\`\`

Name it: \`deny "no writes" fs.write_file\`.`,
  },
  {
    code: "P0405",
    title: "Date is past",
    severity: "warning",
    page: `The rule was to be reviewed by a date that has come, or applies until one. A rule that is past its \`review\` applies as it stands; one
that is past its \`until\` decides nothing any more.

\`\`\`mcpolicy
allow "migration" dev to db.query until 2026-01-31
\`\`\`

Read the rule again, then set the next date, or remove it.`,
  },
  {
    code: "P0406",
    title: "Operations that no rule mentions",
    severity: "info",
    page: `The server has pinned tools that no rule and no role speaks of. They are denied to everybody, which may be just what is meant; after a
renewal of pins it shows what is new.

\`\`\`mcpolicy
server fs from "tools/filesystem.json"
allow "read" dev to fs.read_file      // write_file, edit_file, … are denied
\`\`\`

Nothing has to be done.`,
  },
  {
    code: "P0407",
    title: "Deny meets including roles",
    severity: "warning",
    page: `A caller has the roles of its token and all that these include. So a \`deny\` about a role meets each role that includes it, which is
often more people than were meant.

\`\`\`mcpolicy
role developer { readonly, write:files }
deny "readers do not write" readonly to fs.write_file   // developers neither
\`\`\`

If that is not meant, except them: \`deny … readonly except developer to …\`.`,
  },
  {
    code: "P0408",
    title: "Allow for everything",
    severity: "warning",
    page: `An \`allow\` for each tool of each server, or for everything, also grants the server that somebody declares next month, before anybody
has looked at its tools.

\`\`\`mcpolicy
allow "all" admin to *
\`\`\`

Name the servers (\`fs.*\`) or the tools.`,
  },
  {
    code: "P0409",
    title: "Strings that paths(args) does not see",
    severity: "info",
    page: `\`paths(args)\` sees the strings that their name makes a path, also inside lists and records below such a name. Other string arguments of
the rule's tools may hold a path all the same.

\`\`\`mcpolicy
deny "no secrets" fs.* when some p in paths(args): p like "**/.env*"
\`\`\`

Where one of the listed arguments holds a path, test it by its name, or use \`strings(args)\`.`,
  },
  {
    code: "P0410",
    title: "Name that mixes scripts",
    severity: "warning",
    page: `The name holds letters of another script beside Latin ones. Some of them look exactly like Latin letters (Cyrillic \`а\`, Greek \`ο\`), so
that the name looks like another and is never equal to it.

\`\`\`mcpolicy
role "аdmin" { }                      // the first letter is U+0430
\`\`\`

Write the name in one script. In a pinned tool's name it may be an attempt to pass for another tool.`,
  },
  {
    code: "P0411",
    title: "Assertion is not proved yet",
    severity: "info",
    page: `An \`assert\` states what must hold for every request. This version checks its names and types, and does not prove it: that it holds is
not shown.

\`\`\`mcpolicy
assert "readers do not write" readonly never fs.write_file
\`\`\`

Write a test with a request that would fail where the assertion does not hold.`,
  },
  {
    code: "P0412",
    title: "File without an edition",
    severity: "warning",
    page: `Each file begins with the edition of the language that it is written in. Without it the file is read as edition 1; a later edition may
mean other things by the same words, and then nobody could tell what was meant.

\`\`\`mcpolicy
mcpolicy 1
\`\`\`

Write it as the first statement of the file.`,
  },
  {
    code: "P0413",
    title: "Unused label",
    severity: "warning",
    page: `A \`label\` is set, and no condition asks whether a caller carries it. It decides nothing; most likely the rule that was meant to ask is
missing.

\`\`\`mcpolicy
label untrusted on office.fetch_page for 2h
\`\`\`

Write the rule, as in \`deny … when carries untrusted\`, or remove the label.`,
  },
  {
    code: "P0414",
    title: "Pattern that can match nothing",
    severity: "warning",
    page: `Nothing that stands on the other side can ever be what the pattern or text asks for, so the test is never true by it. A path is read
in full, from \`/\` on, so a glob that begins with a name or a single star meets none; an argument with an enumeration is one of its words; a
scheme and a host are read in small letters; a schema may bound an argument's text. In a \`deny\` such a pattern is a hole, in an \`allow\` a
grant that never comes.

\`\`\`mcpolicy
deny "no secrets" fs.* when some p in paths(args): p like "*.env"      // \`**/*.env\` is meant
\`\`\`

Mend the pattern, or leave the test out.`,
  },
  {
    code: "P0415",
    title: "Server that no rule reaches",
    severity: "warning",
    page: `The server is declared, and no rule, capability that is granted or \`check\` speaks of it. All that it offers is denied to everybody;
most likely a rule is missing, or the declaration is a leftover.

\`\`\`mcpolicy
server mail from "tools/mail.json"
allow "read" dev to fs.read_file
\`\`\`

Write a rule about it, or remove it.`,
  },
  {
    code: "P0416",
    title: "Forbidden by name, open below",
    severity: "warning",
    page: `A glob matches a whole path. One that ends in a name matches what is called so, a folder too, and nothing that lies in such a folder. In
a rule that forbids, \`**/.git\` so leaves \`/w/.git/config\` open.

\`\`\`mcpolicy
deny "git's own" fs.* when some p in paths(args): p like "**/.git"
\`\`\`

Write \`**/.git/**\`, which is the folder and all below it; for \`**/.env*\` add \`**/.env*/**\`. Said of names that begin with a dot and of plain
words, which folders have as often as files.`,
  },
  {
    code: "P0417",
    title: "Command that takes dangerous options",
    severity: "warning",
    page: `The command is allowed with any option, and its program reads or writes other files, or runs other programs, by option:
\`git log --output=/etc/x\`, \`find . -delete\`. The list of such options that this finding knows is not whole.

\`\`\`mcpolicy
allow "history" dev to shell.run when args.command runs "git log -**"
\`\`\`

Write out the options that may be given. \`**\` takes operands, no word that begins with \`-\`: \`git log --oneline **\`.`,
  },
  {
    code: "P0418",
    title: "Secret in a text",
    severity: "warning",
    page: `A text or comment of the policy holds what looks like a secret: a key of AWS, a token of GitHub, a JSON Web Token, a private key, or a
random value behind \`password=\`, \`token:\` and the like. A policy lies in a repository and is read by many.

\`\`\`mcpolicy
deny "ours" mail.send when args.body contains "password=hW8x-3Lq9-zT5k"
\`\`\`

Take it out, and have it replaced: what was once written down is no secret any more. A rule says what secrets look like: \`contains aws-key\`.`,
  },
  {
    code: "P0419",
    title: "Long-lived tokens",
    severity: "warning",
    page: `\`token\` lets tokens live for longer than five minutes. A bearer token is as good as its owner: whoever finds it in a log or on a disk calls
with it until it ends.

\`\`\`mcpolicy
token { issuer "https://id.example.com" audience "https://mcp.example.com" lifetime at most 1h }
\`\`\`

Write \`lifetime at most 5m\`, or leave \`lifetime\` out, and let clients renew their tokens. What must end at once is revoked: \`policy token revoke\`.`,
  },
  {
    code: "P0441",
    title: "Network without a list of hosts",
    severity: "warning",
    page: `The server may connect to any host. A server that was taken over, or that follows instructions in what it has read, can send what it
knows to anybody. Where hosts stand beside such an entry they decide nothing: an entry is one more way out, and the widest wins.

\`\`\`mcpolicy
network web { connect "*:443", "docs.example.org:443" }
\`\`\`

List the hosts that the server needs. A server that must reach any host is best kept from everything else: give it no secrets, and hold
back what others know (\`label\`, \`deny … when carries\`).`,
  },
  {
    code: "P0442",
    title: "Server without a network statement",
    severity: "info",
    page: `The policy says of some servers where they may connect, and of this one nothing. \`policy isolate\` gives it no network.

\`\`\`mcpolicy
server fs from "tools/filesystem.json" root "/workspace"
server web from "tools/web.json"
network web { connect "docs.example.org:443" }
\`\`\`

Write \`network fs { }\` where that is meant, or list the hosts that it needs.`,
  },
  {
    code: "P0443",
    title: "Allowed URL outside the server's network",
    severity: "warning",
    page: `A rule allows calls with a URL of a host that the server may not connect to. Either the rule is wider than was meant, or the list of
hosts is shorter. Where the server is isolated the network stops such a call after it was allowed; where it is not, nothing does.

\`\`\`mcpolicy
network web { connect "docs.example.org:443" }
allow "read" reader to web.fetch when url(args.url).host in domain "example.org"      // any host of that domain, on any port
\`\`\`

Narrow the rule to the network, as the finding shows, or list the host. Arguments count that are URLs by their type, by their name (\`url\`, \`uri\`,
\`href\`, \`endpoint\`, \`webhook\`), or since a rule reads them as one. Tests about the URL's scheme, host, port and whole, lists of a schema or \`check\`, and
each \`deny\` that is about everybody are understood; what is not understood counts as if it let everything through. The port counts: \`in domain\` and
\`host ==\` say nothing of it.

Where a server hands the URL to a service that fetches it (a scraper, a search engine), it is that service that connects; the finding then says that
what it may be asked for is wider than what the server itself reaches.`,
  },
  {
    code: "P0444",
    title: "Host that no allowed URL leads to",
    severity: "info",
    page: `The server's calls take URLs, and none that is allowed leads to this host. The server may connect there all the same.

\`\`\`mcpolicy
network web { connect "docs.example.org:443", "old.example.org:443" }
allow "read" reader to web.fetch when url(args.url).host == "docs.example.org"
\`\`\`

Remove the host, unless the server needs it for itself (its own service, a sign-in).`,
  },
];
