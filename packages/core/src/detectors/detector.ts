import type { Found } from "../regular/search.ts";

export type { Found };

/**
 * What finds secrets and personal data in text. It guards results and denials, so it leans towards finding too much; it holds
 * against checksums where there are any. Total, and linear in the text whatever the text.
 */
export interface Detector {
  readonly name: string;
  /** Every place where something is found, by ascending start; ranges may overlap. */
  readonly find: (text: string) => readonly Found[];
  /** Whether the text is one such thing and nothing else. */
  readonly matches: (text: string) => boolean;
}

/** A detector of what `find` finds: a text matches where one of the ranges is all of it. */
export function detector(name: string, find: Detector["find"]): Detector {
  const matches = (text: string): boolean => find(text).some(({ start, end }) => start === 0 && end === text.length);
  return Object.freeze({ name, find, matches });
}
