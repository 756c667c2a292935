/**
 * The types of the language (language.md, "Types"). The kinds of `ConstantKind` are types of constants only: a literal is read as
 * one of them where an operator's signature asks for it. `error` is assignable both ways, so that one mistake is reported once.
 */
export type Type =
  | { readonly kind: PlainKind }
  | { readonly kind: "enum"; readonly values: readonly string[] }
  | { readonly kind: "list"; readonly element: Type }
  | RecordType
  | { readonly kind: "union"; readonly members: readonly Type[] };

/** `rest` is the type of what lies under other names than those of `fields`, where it is `open` and one is known. */
export interface RecordType {
  readonly kind: "record";
  readonly fields: Readonly<Record<string, Field>>;
  readonly open: boolean;
  readonly rest?: Type;
}

/** Types without parts. `time` is an instant in epoch milliseconds, `duration` a number of milliseconds. */
// biome-ignore format: one row a sort of type
export type PlainKind =
  | "bool" | "int" | "number" | "null" | "any" | "error"
  | "string" | "path" | "url" | "ip" | "mail" | "words"
  | "time" | "duration"
  | ConstantKind;

/** What only a constant can be: patterns and sets that are prepared once, when the policy is loaded. */
export type ConstantKind = "glob" | "regex" | "domain" | "cidr" | "window" | "command" | "range" | "detector";

export interface Field {
  readonly type: Type;
  readonly optional: boolean;
}
