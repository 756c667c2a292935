import { anyOf, type Code, js } from "@mcpolicy/core";

/**
 * What a look-up table holds for a constant. Where nothing but roles is left to be asked it is a value, not a function: of very many functions
 * each call takes longer than what the function asks.
 */
export interface Entry {
  readonly kind: EntryKind;
  readonly value: Code;
}

export type EntryKind = "always" | "bits" | "role" | "roles" | "function";

/** How an entry is told from those of other kinds, and how it is asked. */
// biome-ignore format: table
const rows: Readonly<Record<EntryKind, { readonly is: (entry: Code) => Code; readonly asked: (entry: Code, roles: () => Code) => Code }>> = {
  always:   { is: (entry) => js`${entry} === true`,              asked: () => js`true` },
  bits:     { is: (entry) => js`typeof ${entry} === "number"`,   asked: (entry, roles) => js`(${roles()} & ${entry}) !== 0` },
  role:     { is: (entry) => js`typeof ${entry} === "string"`,   asked: (entry, roles) => js`hasRole(${roles()}, ${entry})` },
  roles:    { is: (entry) => js`typeof ${entry} === "object"`,   asked: (entry, roles) => js`hasAnyRole(${roles()}, ${entry})` },
  function: { is: (entry) => js`typeof ${entry} === "function"`, asked: (entry) => js`${entry}(q) === true` },
};

/** Code that asks an entry whose kind is known. */
export function entryCode({ kind, value }: Entry, roles: () => Code): Code {
  return rows[kind].asked(value, roles);
}

/** Code that asks what was found in a table that holds entries of some kinds: `entry` is undefined where nothing was. */
export function entryAsked(kinds: ReadonlySet<EntryKind>, entry: Code, roles: () => Code): Code {
  const asked = [...kinds].map((kind) => {
    const { is, asked: ask } = rows[kind];
    return js`(${is(entry)} && ${ask(entry, roles)})`;
  });
  return anyOf(asked);
}
