import {
  type Compiled,
  compileForeign,
  compileGlob,
  compileRegex,
  js,
  type PatternTable,
  tableOf,
} from "@mcpolicy/core";
import type { Substitute } from "./kernel.ts";
import type { Used } from "./used.ts";

/** In the place of compilers of patterns, tables of what they make of the patterns of a policy. A compiler of which some pattern has none stays. */
export function patternTables(used: Used): Readonly<Record<string, Substitute>> {
  const refused = [...used.foreign].filter((source) => !compileForeign(source).ok);
  // What `schema-pattern.ts` then reads as a policy's own.
  const whole = refused.flatMap((source) => /^\^\(\?:(.*)\)\$$/s.exec(source)?.[1] ?? []);
  const compilers = {
    compileGlob: used.openGlobs ? undefined : tablesOf(compileGlob, [...used.globs]),
    compileRegex: used.openExpressions ? undefined : tablesOf(compileRegex, [...used.expressions, ...whole]),
    compileForeign: tablesOf(compileForeign, [...used.foreign]),
  };
  return Object.fromEntries(
    Object.entries(compilers).flatMap(([name, tables]): readonly (readonly [string, Substitute])[] =>
      tables === undefined ? [] : [[name, (use) => js`${use("compilerIn")}(${{ json: tables }})`]],
    ),
  );
}

/** By their sources; without those that are no patterns. Undefined where an automaton is too large for a table. */
function tablesOf(
  compile: (source: string) => Compiled,
  sources: readonly string[],
): Readonly<Record<string, PatternTable>> | undefined {
  const compiled = sources.map((source) => [source, compile(source)] as const).filter(([, { ok }]) => ok);
  const tables = compiled.flatMap(([source, each]) => {
    const table = tableOf(each);
    return table === undefined || table.next.length > MOST_CELLS ? [] : [[source, table] as const];
  });
  return tables.length === compiled.length ? Object.fromEntries(tables) : undefined;
}

/** Of a larger table the module would be longer than with the compiler. */
const MOST_CELLS = 4_000;
