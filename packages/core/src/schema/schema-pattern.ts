import { compileForeign } from "../regular/foreign.ts";

/** The longest text, in UTF-16 code units, that passes a `pattern` which is not enforced. */
export const UNENFORCED_LENGTH = 4096;

/** A `pattern` of a schema. */
export interface SchemaPattern {
  readonly matches: (text: string) => boolean;
  /** Why it is not enforced; undefined where it is. */
  readonly unenforced: string | undefined;
}

/**
 * A `pattern`, through automata, in time linear in the text. What they cannot say (look-around, back-references) is not left to a backtracking
 * engine: the server's own check of it stands, here the text is only bounded, and loading warns.
 */
export function schemaPattern(source: string): SchemaPattern {
  const compiled = compileForeign(source);
  return compiled.ok
    ? { matches: compiled.pattern.matches, unenforced: undefined }
    : { matches: (text) => text.length <= UNENFORCED_LENGTH, unenforced: compiled.error.message };
}
