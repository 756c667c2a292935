import type { CatalogueRow } from "./row.ts";

/** P06xx, loading artifacts. The runtime throws them as `ArtifactError` with the same code. */
export const artifacts: readonly CatalogueRow[] = [
  {
    code: "P0601",
    title: "Not an artifact",
    severity: "error",
    page: `What was to be loaded has not got the shape of a compiled policy: it is no JSON object, a field is missing, of another kind, or
not known. The message names the place in it.

\`\`\`json
{ "mcpolicyArtifact": 1, "digest": "sha256-…", "policy": { "version": 1, "servers": [ … ], "rules": [ … ] } }
\`\`\`

Nothing is loaded, so nothing is allowed. An artifact is made by the compiler and never by hand: compile the policy again, with the same
version of mcpolicy that loads it.`,
  },
  {
    code: "P0602",
    title: "Artifact of another version",
    severity: "error",
    page: `The artifact, or the policy in it, is of a version that this runtime does not know. It could hold a rule that this runtime would
read as something else, so it is not loaded, and nothing is allowed meanwhile.

\`\`\`json
{ "mcpolicyArtifact": 2, … }
\`\`\`

Compile the policy again with the version of mcpolicy that loads it, or update the runtime.`,
  },
  {
    code: "P0603",
    title: "Artifact was changed",
    severity: "error",
    page: `The digest in the artifact is not that of the policy in it (SHA-256 over its canonical JSON, RFC 8785): somebody or something changed
it after it was compiled. Nothing is loaded, so nothing is allowed.

\`\`\`
the artifact says sha256-2c26…, but its policy has sha256-fcde…
\`\`\`

Compile the policy again from its sources, and find out what wrote the file in between. The digest shows changes by accident, and changes
by others where the expected digest is known from elsewhere; by itself it is no signature.`,
  },
  {
    code: "P0604",
    title: "Artifact names what this runtime has not got",
    severity: "error",
    page: `A condition of the artifact names an operator, a number of operands, or a type that this runtime does not know. Were it loaded, the
condition could never be decided; so it is not, and nothing is allowed meanwhile.

\`\`\`json
{ "kind": "apply", "operator": "sounds-like", "operands": [ … ] }
\`\`\`

The artifact was made by a newer mcpolicy: update the runtime, or compile with the version that loads it.`,
  },
  {
    code: "P0605",
    title: "Host does not carry it out",
    severity: "error",
    page: `The policy asks for something that only its host can do, and the host that loads it has not declared that it does: approvals and other
proofs, a memory for limits, labels and history, rules about results, what \`audit\` has records keep. Were the policy loaded, a limit would
be written and not kept; so it is not, and nothing is allowed meanwhile.

\`\`\`ts
loadPolicy(artifact, { abilities: { proofs: ["approval from caller"], duties: ["change-ticket"], memory: true, results: true } });
\`\`\`

Declare what the host carries out, and only that; or take the statement out of the policy.`,
  },
  {
    code: "P0606",
    title: "Artifact is another than expected",
    severity: "error",
    page: `Whoever loads the artifact says which policy it must be, by its digest, or with which definitions of tools it must have been compiled, by their
pins. It is another. Nothing is loaded: rules that were checked against one definition of a tool may mean nothing, or something else, about another.

\`\`\`ts
loadPolicy(artifact, { expected: { digest: "sha256-2c26…", pins: { fs: { read_file: "sha256-fcde…" } } } });
\`\`\`

Compile the policy with the definitions that are in use, read what changed in them, and deploy that artifact; or expect the one that is deployed.`,
  },
];
