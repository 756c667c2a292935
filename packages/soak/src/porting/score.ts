import type { CheckedPolicy } from "@mcpolicy/language";

/** 2 said, all examples right; 1 with a fact or data from outside; 0 not sayable; -1 said, and an example comes out wrong. */
export type Score = 2 | 1 | 0 | -1;

export interface Scored {
  readonly score: Score;
  /** Why it is short of full marks; undefined where it is not. */
  readonly reason: string | undefined;
}

/** A rule's own line about itself: `at most 1: REASON`. It can only lower a score. */
export interface Note {
  readonly most: 0 | 1;
  readonly reason: string;
}

/** The line of a `notes.md`. Throws where it is none. */
export function readNote(text: string): Note {
  const [, most, reason] = /^at most ([01]): (.+)$/m.exec(text.replace(/\s*\n(?=\S)/g, " ")) ?? [];
  if (most === undefined || reason === undefined)
    throw new Error("notes.md does not begin with `at most 0: ` or `at most 1: `");
  return { most: most === "0" ? 0 : 1, reason };
}

/** The score of a rule whose policy builds. */
export function scoreOf(checked: CheckedPolicy, wrong: readonly string[], note: Note | undefined): Scored {
  if (wrong.length > 0) return { score: -1, reason: wrong.join("; ") };
  if (note !== undefined) return { score: note.most, reason: note.reason };
  const outside = factsFromOutside(checked);
  if (outside.length > 0) return { score: 1, reason: `rests on what a host supplies: ${outside.join(", ")}` };
  return { score: 2, reason: undefined };
}

/** What only a host can know: facts of `context` beside time and address, and duties by name. */
function factsFromOutside({ context, requires }: CheckedPolicy): readonly string[] {
  const facts = Object.keys(context).filter((name) => name !== "time" && name !== "ip");
  const duties = requires.flatMap(({ duty }) => (duty.kind === "duty" ? [`duty "${duty.name}"`] : []));
  return [...facts.map((name) => `context.${name}`), ...duties];
}
