import type { Deployment } from "./deployment.ts";

/** What the guide asks for (docs/guide/production-checklist.md), by its number there. */
export const items = {
  1: "Authentication on each call",
  2: "Authorization by least privilege",
  3: "Network isolation",
  4: "Validation at each boundary",
  5: "Continuous verification",
  6: "Skills that state what they need",
  7: "Regular assessment",
} as const;

export type Item = keyof typeof items;

/**
 * What a check came to. `advice`: nothing is broken, and better is possible. `unchecked`: what it would look at was not given; `findings`
 * then say what that is.
 */
export interface Verdict {
  readonly status: "holds" | "fails" | "advice" | "unchecked";
  /** One sentence each; none where it holds. */
  readonly findings: readonly string[];
  /** What to do. */
  readonly help?: string;
}

/** One line of the production checklist. */
export interface Check {
  /** Stable, for reports and exceptions: `tokens-short-lived`. */
  readonly name: string;
  readonly item: Item;
  /** What is to hold, as a sentence. */
  readonly title: string;
  readonly run: (deployment: Deployment) => Verdict;
}

export const holds: Verdict = { status: "holds", findings: [] };

/** It fails where there are findings, else it holds. */
export function failsWith(findings: readonly string[], help: string): Verdict {
  return findings.length === 0 ? holds : { status: "fails", findings, help };
}

/** The same, where nothing is broken by it. */
export function advisesOn(findings: readonly string[], help: string): Verdict {
  return findings.length === 0 ? holds : { status: "advice", findings, help };
}

export function unchecked(what: string, help: string): Verdict {
  return { status: "unchecked", findings: [what], help };
}

/** Names in a sentence, the first twelve of many. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((each) => `\`${each}\``);
  return shown.join(", ") + (names.length > 12 ? `, and ${names.length - 12} more` : "");
}
