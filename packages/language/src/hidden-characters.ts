/**
 * Characters that make a text read differently from what it says: controls (but tab, LF and CR before LF), lone surrogates, and
 * the invisible and direction-changing ones of "Trojan Source" (CVE-2021-42574). A policy that holds one is refused; in a text
 * literal it is written as `\u{…}`.
 */
export const hiddenCharacter: RegExp =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]|\r(?!\n)|\p{Surrogate}/gu;

/** Such characters side by side. */
export const hiddenRun: RegExp = new RegExp(`(?:${hiddenCharacter.source})+`, "gu");

/** `U+202E`, of a text's first character. */
export function codePointName(text: string): string {
  return `U+${text.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** The text of a text literal, quotes included: the inverse of `textValue`. */
export function quote(value: string): string {
  const escaped = value
    .replace(/[\\"]/g, "\\$&")
    .replaceAll("\n", "\\n")
    .replaceAll("\t", "\\t")
    .replace(/\r/g, "\\u{D}")
    .replace(hiddenCharacter, (character) => `\\u{${character.codePointAt(0)!.toString(16).toUpperCase()}}`);
  return `"${escaped}"`;
}
