import type { RuleEngine } from "./rule-engine.ts";

/** The reference: what a person would write for these very rules, reading paths as mcpolicy reads them. */
export const byHand: RuleEngine = {
  name: "by-hand",
  label: "written by hand, paths read safely (the reference)",
  most: 100_000,
  load: ({ byHand: answer }) => ({ answer }),
};

/** The same with paths taken as texts, as the engines of others take them. */
export const byHandRaw: RuleEngine = {
  name: "by-hand-raw",
  label: "written by hand, paths taken as texts",
  most: 100_000,
  load: ({ byHandRaw: answer }) => ({ answer }),
};
