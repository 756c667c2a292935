import type { Field, PlainKind, Type } from "@mcpolicy/core";

/** A type without parts. */
export function plain(kind: PlainKind): Type {
  return { kind };
}

/** `list<element>`. */
export function listOf(element: Type): Type {
  return { kind: "list", element };
}

/** A record whose fields are all there is; or an `open` one, with the type of what lies under other names where it is known. */
export function recordOf(fields: Readonly<Record<string, Field>>, open = false, rest?: Type): Type {
  return { kind: "record", fields, open, ...(open && rest !== undefined && rest.kind !== "any" ? { rest } : {}) };
}

/** The union of types: flat, without doubles, its enumerations joined; one member stands for itself, `any` and `error` swallow. */
export function unionOf(types: readonly Type[]): Type {
  const flat = types.flatMap((type) => (type.kind === "union" ? type.members : [type]));
  for (const kind of ["error", "any"] as const) if (flat.some((type) => type.kind === kind)) return plain(kind);
  const values = flat.flatMap((type) => (type.kind === "enum" ? type.values : []));
  const members: Type[] = [];
  for (const type of flat) {
    const next: Type = type.kind === "enum" ? { kind: "enum", values: [...new Set(values)] } : type;
    // A number that may be whole is a number; a string that may be one of some words is a string.
    if (next.kind === "int" && flat.some((each) => each.kind === "number")) continue;
    if (next.kind === "enum" && flat.some((each) => each.kind === "string")) continue;
    if (!members.some((each) => sameType(each, next))) members.push(next);
  }
  return members.length === 1 ? members[0]! : { kind: "union", members };
}

/** Whether two types say the same; the order of fields and members does not matter. */
export function sameType(a: Type, b: Type): boolean {
  if (a.kind === "list") return b.kind === "list" && sameType(a.element, b.element);
  if (a.kind === "enum") return b.kind === "enum" && sameSet(a.values, b.values, (x, y) => x === y);
  if (a.kind === "union") return b.kind === "union" && sameSet(a.members, b.members, sameType);
  if (a.kind === "record") {
    if (b.kind !== "record" || a.open !== b.open) return false;
    if (!sameType(a.rest ?? plain("any"), b.rest ?? plain("any"))) return false;
    return sameSet(
      Object.entries(a.fields),
      Object.entries(b.fields),
      ([x, f], [y, g]) => x === y && f.optional === g.optional && sameType(f.type, g.type),
    );
  }
  return a.kind === b.kind;
}

function sameSet<T>(a: readonly T[], b: readonly T[], same: (x: T, y: T) => boolean): boolean {
  return a.length === b.length && a.every((x) => b.some((y) => same(x, y)));
}

/** Whether one of the type's members is of this kind. */
export function mayBe(type: Type, ...kinds: readonly Type["kind"][]): boolean {
  return kinds.includes(type.kind) || (type.kind === "union" && type.members.some((each) => kinds.includes(each.kind)));
}
