/**
 * What a terminal would obey, hide or reorder instead of showing: controls, format and bidirectional characters, lone
 * surrogates, private and unassigned code points, line separators, invisible fillers, and each space but the plain one.
 */
const unprintable = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

const named: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/** The text with everything a terminal or a log viewer could obey or hide written as an escape such as `\u{202e}`. */
export function printable(text: string): string {
  return text.replace(unprintable, (char) => named.get(char) ?? `\\u{${char.codePointAt(0)!.toString(16)}}`);
}

const zeroWidth = /^[\p{Mn}\p{Me}]$/u;
const doubleWidth =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u{3000}-\u{303e}\u{ff01}-\u{ff60}\u{ffe0}-\u{ffe6}]$/u;

/** How many terminal columns a printable text takes: 2 for East Asian wide and emoji, 0 for combining marks. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const char of text) columns += zeroWidth.test(char) ? 0 : doubleWidth.test(char) ? 2 : 1;
  return columns;
}
