import type { CatalogueRow } from "./row.ts";

/** P05xx, tool schemas and pins. */
export const schemas: readonly CatalogueRow[] = [
  {
    code: "P0501",
    title: "Pin file not found",
    severity: "error",
    page: `A \`server\` names a file of pinned definitions that cannot be read. Without it nothing is known of the server's tools, so all of them
are denied, and the policy builds nothing.

\`\`\`mcpolicy
server fs from "tools/filesytem.json"
\`\`\`

Correct the path (it is seen from the folder of the policy), or make the file with \`policy init --from-tools FILE\`.`,
  },
  {
    code: "P0502",
    title: "Not a pin file",
    severity: "error",
    page: `The file is not JSON, or not of the form of a pin file: an object with a list \`tools\`, each with a \`name\` and an \`inputSchema\`.

\`\`\`json
{ "mcpolicyPins": 1, "tools": [ … ], "digests": { … }, … }
\`\`\`

Make it anew with \`policy init --from-tools FILE\`; do not edit pins by hand.`,
  },
  {
    code: "P0503",
    title: "Digest does not fit",
    severity: "error",
    page: `Each pinned definition has a digest over its canonical JSON, and the file one over all digests. One does not fit: a definition was
changed after it was pinned, by hand or by somebody else. A changed description is enough to lead a model astray.

Compare the file with the server's definitions, then pin them anew with \`policy init --from-tools FILE\`. Meanwhile every tool of the
server is denied.`,
  },
  {
    code: "P0504",
    title: "Schema wider than its type",
    severity: "warning",
    page: `A part of a tool's input schema cannot be said in the language's types: a tuple, values under free names, a negation, a reference to
itself. It is read as \`any\`, or as a type that is wider than the schema. Validation still holds arguments to the whole schema; only
conditions know less about it. On \`any\`, an operator on the wrong JSON type is unknown.

Nothing has to be done; where a condition reads such an argument, narrow it with \`is\`.`,
  },
  {
    code: "P0505",
    title: "Listing without digests",
    severity: "warning",
    page: `The file is what a server's list methods returned, without digests. It is taken as it stands; that somebody changed it would not be
noticed.

Make a pin file of it with \`policy init --from-tools FILE\`.`,
  },
  {
    code: "P0506",
    title: "Tool pinned twice",
    severity: "error",
    page: `Two definitions in the pin file have one name. Which of them the server means cannot be told, so none is taken, and every tool of the
server is denied.

Look at the server: two tools of one name are an error of it. Then pin anew with \`policy init --from-tools FILE\`.`,
  },
];
