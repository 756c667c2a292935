import { isPreparedValue } from "../readers/prepared.ts";
import type { Value } from "../value.ts";
import { call, type Operator } from "./operator.ts";

/** All the text in a value, wherever it stands. */
export const strings: readonly Operator[] = [
  {
    id: "strings",
    spelling: "strings",
    level: "function",
    signatures: [
      ["any", "list<string>"],
      ["any", "list<string>", "list<string>"],
    ],
    narrowingOnly: false,
    summary: "Every text at any depth, and every property name but those that the second operand lists as declared.",
    examples: [
      [{ a: "x", b: [1, { c: "y" }] }, ["a", "b"], ["x", "c", "y"]],
      [{ a: "x" }, ["a", "x"]],
      ["x", ["x"]],
      [7, []],
      [{ a: "x" }, [1], undefined],
    ],
    evaluate: (of: Value, declared: readonly string[] = []) => {
      const known = new Set(declared);
      return stringsOf(of, { under: undefined, names: (name) => !known.has(name) });
    },
    partial: false,
    emit: call("strings"),
    toSet: "opaque",
  },
];

/** Which texts are meant: those below a name that `under` accepts, or all; and which property names count as texts themselves. */
export interface Wanted {
  readonly under: ((name: string) => boolean) | undefined;
  readonly names: ((name: string) => boolean) | undefined;
}

/** A list or a record, of which some parts were looked at. */
interface Walk {
  readonly of: Readonly<Record<string | number, Value>>;
  /** Undefined of a list. */
  readonly names: readonly string[] | undefined;
  readonly length: number;
  /** Whether all texts in it are meant. */
  readonly counts: boolean;
  at: number;
  /** What it stands in. */
  readonly outer: Walk | undefined;
}

/** Texts in document order. With a stack of its own, since arguments nest as deep as a caller likes. */
export function stringsOf(of: Value, { under, names }: Wanted): readonly string[] {
  if (typeof of === "string") return under === undefined ? [of] : [];
  const found: string[] = [];
  let walk = walkOf(of, under === undefined, undefined);
  while (walk !== undefined) {
    if (walk.at === walk.length) {
      walk = walk.outer;
      continue;
    }
    const name: string | undefined = walk.names?.[walk.at];
    const value = walk.of[name ?? walk.at] as Value;
    walk.at += 1;
    const counts: boolean = walk.counts || (name !== undefined && under?.(name) === true);
    if (name !== undefined && names?.(name) === true) found.push(name);
    if (typeof value !== "string") walk = walkOf(value, counts, walk) ?? walk;
    else if (counts) found.push(value);
  }
  return found;
}

/** Undefined of what has no parts. */
function walkOf(value: Value, counts: boolean, outer: Walk | undefined): Walk | undefined {
  if (typeof value !== "object" || value === null || isPreparedValue(value)) return undefined;
  const names = Array.isArray(value) ? undefined : Object.keys(value);
  const { length } = names ?? (value as readonly Value[]);
  return { of: value as Walk["of"], names, length, counts, at: 0, outer };
}
