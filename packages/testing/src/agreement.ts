import type { Decision } from "@mcpolicy/core";

/**
 * Where two evaluators' decisions differ, as a sentence; undefined where they agree on effect, reason, the rules and how each
 * matched, the obligations, and what the caller is told. What operators see beside that (nearest allow, atoms) is the explainer's own.
 */
export function disagreement(reference: Decision, other: Decision): string | undefined {
  for (const { name, of } of aspects) {
    const wanted = JSON.stringify(of(reference));
    const got = JSON.stringify(of(other));
    if (wanted !== got) return `${name} is ${got}, and by the reference ${wanted}`;
  }
  return undefined;
}

/** What must agree, with the place of each rule. */
const aspects: readonly { readonly name: string; readonly of: (decision: Decision) => unknown }[] = [
  { name: "the decision", of: ({ effect }) => effect },
  { name: "the reason", of: ({ reason }) => reason },
  { name: "the list of rules", of: ({ rules }) => rules.map(({ id, matched, place }) => [id, matched, place.line]) },
  { name: "the list of obligations", of: ({ obligations }) => obligations },
  { name: "what the caller is told", of: ({ told }) => told.because },
  { name: "what is missing", of: ({ told }) => told.missing ?? [] },
  { name: "when to try again", of: ({ told }) => told.retryAfterMs ?? null },
  { name: "hidden", of: ({ kept }) => kept.hidden ?? false },
  { name: "the list of shadow rules", of: ({ kept }) => (kept.shadow ?? []).map(({ id, matched }) => [id, matched]) },
];
