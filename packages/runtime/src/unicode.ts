/** Up to how many units a look at each is quicker than a call of `isWellFormed`. */
const FEW = 12;

/** Whether a text has no lone surrogates, as `isWellFormed`; quicker for names and ids, which are short and without surrogates. */
export function isUnicode(text: string): boolean {
  if (text.length > FEW) return text.isWellFormed();
  for (let at = 0; at < text.length; at++) if ((text.charCodeAt(at) & 0xf800) === 0xd800) return text.isWellFormed();
  return true;
}
