import { classesFrom } from "./classes.ts";
import type { Dfa } from "./dfa.ts";
import { type Compiled, tableMatcher } from "./match.ts";

/** A pattern's automaton as JSON. */
export interface PatternTable {
  readonly count: number;
  readonly starts: readonly number[];
  readonly classes: readonly number[];
  readonly next: readonly number[];
  readonly accepts: readonly number[];
  readonly start: number;
  readonly dead: number;
}

/** The table of what was compiled; undefined where there is no automaton that is small enough. */
export function tableOf(compiled: Compiled): PatternTable | undefined {
  const dfa = compiled.ok ? compiled.pattern.dfa : undefined;
  if (dfa === undefined) return undefined;
  const { count, starts, classes } = dfa.classes;
  return { count, starts, classes, next: [...dfa.next], accepts: [...dfa.accepts], start: dfa.start, dead: dfa.dead };
}

/** What stands in the place of a compiler of patterns where all patterns are known: it looks up their tables. */
export function compilerIn(tables: Readonly<Record<string, PatternTable>>): (source: string) => Compiled {
  return (source) => {
    const table = Object.hasOwn(tables, source) ? tables[source] : undefined;
    if (table === undefined) return { ok: false, error: { message: "it was not compiled ahead of time", offset: 0 } };
    const dfa: Dfa = {
      classes: classesFrom(table.count, table.starts, table.classes),
      next: Int32Array.from(table.next),
      accepts: Uint8Array.from(table.accepts),
      start: table.start,
      dead: table.dead,
    };
    return { ok: true, pattern: { source, dfa, matches: tableMatcher(dfa) } };
  };
}
