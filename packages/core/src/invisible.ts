/**
 * What a terminal or a line-based reader could act upon, or hide: controls, format and bidirectional characters, separators of lines, lone
 * surrogates, private and ignorable code points, and each space but the plain one.
 */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

const plain = /^[\x20-\x7e]*$/;

/** The text with those written as `\uXXXX`. In JSON text the result still means the same. */
export function escapeInvisible(text: string): string {
  if (plain.test(text)) return text;
  return text.replace(invisible, (found) => {
    let escaped = "";
    for (let at = 0; at < found.length; at += 1) {
      escaped += `\\u${found.charCodeAt(at).toString(16).padStart(4, "0")}`;
    }
    return escaped;
  });
}
