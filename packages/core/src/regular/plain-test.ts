import { complementOf, type Dfa, intersect, isEmpty } from "./dfa.ts";
import { compileGlob, noDotSegments } from "./glob.ts";
import { compileRegex } from "./regex.ts";

/** A test of a canonical path that asks the same as a glob. */
export interface PlainTest {
  /**
   * `is`, `begins`, `ends`: the text. `below`: the path is the text, or begins with it and a slash. `through`: one of the segments is
   * the text. `leaf`: the last segment begins with the text.
   */
  readonly kind: "is" | "begins" | "ends" | "below" | "through" | "leaf";
  readonly text: string;
}

/**
 * A plain test that is true of the same canonical paths as a glob, where one is proved to be: the two automata, confined to canonical
 * paths, take the same texts. `undefined` where none is known.
 */
export function plainTestOf(glob: string): PlainTest | undefined {
  const compiled = compileGlob(glob);
  if (!compiled.ok || compiled.pattern.dfa === undefined) return undefined;
  const { dfa } = compiled.pattern;
  return candidates(glob).find((test) => isSame(dfa, setOf(test)));
}

const plain = String.raw`[^*?[\]{}\\!()|+"@]+`;
const shapes: readonly { readonly kind: PlainTest["kind"]; readonly glob: RegExp }[] = [
  { kind: "is", glob: new RegExp(`^(${plain})$`) },
  { kind: "ends", glob: new RegExp(String.raw`^\*\*(/${plain})$`) },
  { kind: "ends", glob: new RegExp(String.raw`^\*\*/\*(${plain})$`) },
  { kind: "below", glob: new RegExp(String.raw`^(${plain})/\*\*$`) },
  { kind: "through", glob: new RegExp(String.raw`^\*\*/((?!/)${plain})/\*\*$`) },
  { kind: "leaf", glob: new RegExp(String.raw`^\*\*/((?!/)${plain})\*$`) },
  { kind: "begins", glob: new RegExp(String.raw`^(${plain}/)\*\*$`) },
];

function candidates(glob: string): readonly PlainTest[] {
  return shapes.flatMap(({ kind, glob: shape }) => {
    const text = shape.exec(glob)?.[1];
    return text === undefined ? [] : [{ kind, text }];
  });
}

function setOf({ kind, text }: PlainTest): Dfa | undefined {
  const exact = text.replace(/[\\^$.*+?()[\]{}|/-]/g, (character) => `\\${character}`);
  const sources = {
    is: exact,
    begins: `${exact}.*`,
    ends: `.*${exact}`,
    below: `${exact}(\\/.*)?`,
    through: `.*\\/${exact}(\\/.*)?`,
    leaf: `.*\\/${exact}[^\\/]*`,
  } as const;
  const compiled = compileRegex(sources[kind]);
  return compiled.ok ? compiled.pattern.dfa : undefined;
}

/** Absolute, segments without emptiness and dots, no slash at the end but in `/`: what the reader of paths gives, and more. */
const canonical = ((): Dfa | undefined => {
  const absolute = compileRegex(String.raw`\/|(\/[^\/]+)+`);
  return absolute.ok && absolute.pattern.dfa !== undefined ? intersect(absolute.pattern.dfa, noDotSegments) : undefined;
})();

function isSame(a: Dfa, b: Dfa | undefined): boolean {
  if (b === undefined || canonical === undefined) return false;
  const both = [
    [a, b],
    [b, a],
  ] as const;
  return both.every(([left, right]) => {
    const only = intersect(left, complementOf(right));
    const rest = only === undefined ? undefined : intersect(only, canonical);
    return rest !== undefined && isEmpty(rest);
  });
}
