/**
 * The types of the language (language.md, "Types"). `glob`, `regex`, `domain`, `cidr`, `window`, `command` and `range` are types
 * of constants only: a literal is read as one of them where an operator's signature asks for it. `error` is assignable both
 * ways, so that one mistake is reported once.
 */
export type Type =
  | { readonly kind: PlainKind }
  | { readonly kind: "enum"; readonly values: readonly string[] }
  | { readonly kind: "list"; readonly element: Type }
  | { readonly kind: "record"; readonly fields: Readonly<Record<string, Field>>; readonly open: boolean }
  | { readonly kind: "union"; readonly members: readonly Type[] };

export type PlainKind =
  | "bool" | "int" | "number" | "string" | "path" | "url" | "time" | "duration" | "ip" | "mail" | "null" | "any" | "error"
  | ConstantKind; // biome-ignore format: one kind of meaning a line

export type ConstantKind = "glob" | "regex" | "domain" | "cidr" | "window" | "command" | "range" | "detector";

export interface Field {
  readonly type: Type;
  readonly optional: boolean;
}
