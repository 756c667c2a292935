/** What a matcher needs of a text, so that a test can count how often it is read. */
export type Text = Pick<string, "length" | "charCodeAt">;

/** The code point that begins at `index`, where `unit` stands, or -1 where that is half of a surrogate pair which stands alone. */
export function codePointOf(text: Text, index: number, unit: number): number {
  if (unit < 0xd800 || unit > 0xdfff) return unit;
  const low = index + 1 < text.length ? text.charCodeAt(index + 1) : 0;
  if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff) return -1;
  return (unit - 0xd800) * 0x400 + (low - 0xdc00) + 0x10000;
}
