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
interface Wanted {
  readonly under: ((name: string) => boolean) | undefined;
  readonly names: ((name: string) => boolean) | undefined;
}

/** Texts in document order. With a stack of its own, since arguments nest as deep as a caller likes. */
export function stringsOf(of: Value, wanted: Wanted): readonly string[] {
  const found: string[] = [];
  const stack: { readonly value: Value; readonly counts: boolean; readonly name?: string }[] = [
    { value: of, counts: wanted.under === undefined },
  ];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { value, counts, name } = next;
    if (name !== undefined && wanted.names?.(name) === true) found.push(name);
    if (typeof value === "string") {
      if (counts) found.push(value);
    } else if (Array.isArray(value)) {
      for (let at = value.length - 1; at >= 0; at--) stack.push({ value: value[at] as Value, counts });
    } else if (typeof value === "object" && value !== null && !isPreparedValue(value)) {
      const entries = Object.entries(value);
      for (let at = entries.length - 1; at >= 0; at--) {
        const [key, item] = entries[at] as [string, Value];
        stack.push({ value: item, counts: counts || wanted.under?.(key) === true, name: key });
      }
    }
  }
  return found;
}
