import { diagnostic, type Span } from "@mcpolicy/diagnostics";
import type { Report } from "./report.ts";

/** How long a chain of names that stand for one another may be. */
export const longestChain = 200;

/** How many entries a capability may unfold to, those of the capabilities that it names among them. */
export const mostEntries = 10_000;

/** How many parts the macros of one condition may unfold to. */
export const mostMacroNodes = 10_000;

/** How many policies may narrow one another, in one chain and all together. */
export const mostNarrowed = 64;

/** How many roles all roles together may include. */
export const mostInclusions = 1_000_000;

/** How much looking at conditions may cost, in steps of about a tenth of a microsecond, whatever they unfold to. */
const mostUnfolded = 50_000_000;

/** How much more for each character of the statements, which takes about as long to be read: so many rules that are written out take no more. */
const mostWritten = 10;

/** What is left of that in one run. */
export interface Work {
  left: number;
}

/** What the conditions of these statements may cost. */
export function workFor(statements: readonly { readonly span: Span }[]): Work {
  const written = statements.reduce((sum, { span }) => sum + span.end - span.start, 0);
  return { left: mostUnfolded + mostWritten * written };
}

/** Takes from what is left; false, and reported once, where nothing is. */
export function spend(work: Work, amount: number, span: Span, report: Report): boolean {
  const before = work.left;
  work.left -= amount;
  if (before >= 0 && work.left < 0) reportTooLarge("the rules unfold to too many conditions", span, report);
  return work.left >= 0;
}

/** Reports what is too large: no policy that a person reads comes near, and one that is built to be large must not be worked off. */
export function reportTooLarge(what: string, span: Span, report: Report): void {
  report(
    diagnostic("P0219", span, `${what}: that is more than this version takes`)
      .withNote("the time that a policy takes to be checked is bounded, whoever wrote it; this one builds nothing")
      .withHelp("say it with fewer names that stand for one another, or split it into several policies"),
  );
}
