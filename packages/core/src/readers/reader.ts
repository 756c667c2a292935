import type { PlainKind } from "../type.ts";
import type { Value } from "../value.ts";

/**
 * From a JSON value to the canonical value of a type, or to `undefined`: *unreadable*, the source of every unknown.
 * Total and pure: never throws, whatever it is given, in time linear in the size of the value.
 */
export interface Reader {
  readonly kind: PlainKind;
  /** `root` is the canonical directory below which relative paths of this server hang, where it has one. */
  readonly read: (value: Value, root: string | undefined) => Value | undefined;
  /** Why `read` gives `undefined` for it, as half a sentence: "it has a `..` segment". Empty where it is readable. */
  readonly why: (value: Value, root: string | undefined) => string;
}

/** Either what a text was read as, or why it cannot be: what most readers compute once and show twice. */
export type Reading = { readonly value: Value } | { readonly why: string };

/** A reader from one function that gives both the value and the reason. */
export function reader(kind: PlainKind, reading: (value: Value, root: string | undefined) => Reading): Reader {
  return {
    kind,
    read: (value, root) => {
      const result = reading(value, root);
      return "value" in result ? result.value : undefined;
    },
    why: (value, root) => {
      const result = reading(value, root);
      return "why" in result ? result.why : "";
    },
  };
}

/** What a value is, for "it is a list, not text". */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return nouns[typeof value] ?? "no JSON value";
}

const nouns: Readonly<Record<string, string>> = {
  boolean: "true or false",
  number: "a number",
  string: "text",
  object: "a record",
};

/** "it is a list, not text". */
export function isNot(value: unknown, wanted: string): string {
  return `it is ${describe(value)}, not ${wanted}`;
}
