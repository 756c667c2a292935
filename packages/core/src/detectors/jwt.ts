import { endOfRun, isLetterOrDigit } from "./characters.ts";
import { type Detector, detector, type Found } from "./detector.ts";

/**
 * JSON Web Tokens: signed (RFC 7515: header, payload, signature), also without its signature, and encrypted (RFC 7516: five parts).
 * A part counts as a header from where its base64url begins like a JSON object, `{` and `"`.
 */
export const jwt: Detector = detector("jwt", (text) => {
  const found: Found[] = [];
  for (let at = text.indexOf("e"); at >= 0; at = text.indexOf("e", at + 1)) {
    if (!beginsObject(text, at)) continue;
    const end = endOfToken(text, at);
    if (end !== undefined) found.push({ start: at, end });
    // Whatever else begins within this part would end where this one does.
    at = Math.max(at, (end ?? endOfRun(text, at, isBase64url)) - 1);
  }
  return found;
});

const mostParts = 5;

/** The end of up to five parts joined by dots; undefined where they are too few to be a token. */
function endOfToken(text: string, start: number): number | undefined {
  let end = endOfRun(text, start, isBase64url);
  const ends = [end];
  while (ends.length < mostParts && text.charCodeAt(end) === dot) {
    end = endOfRun(text, end + 1, isBase64url);
    ends.push(end);
  }
  // The dot of a sentence; only a token without signature ends in a dot of its own.
  while (ends.length > 3 && text.charCodeAt(ends.at(-1)! - 1) === dot) ends.pop();
  const isUnsigned = ends.length === 2 && beginsObject(text, ends[0]! + 1);
  return ends.length > 2 || isUnsigned ? ends.at(-1) : undefined;
}

const dot = 0x2e;

function isBase64url(unit: number): boolean {
  return isLetterOrDigit(unit) || unit === 0x2d || unit === 0x5f;
}

/** Whether base64url from here on begins, decoded, with `{`, perhaps white space, and `"`. Looks at 24 characters at most. */
function beginsObject(text: string, at: number): boolean {
  if (text[at] !== "e" || (text[at + 1] !== "y" && text[at + 1] !== "w")) return false;
  const head = text.slice(at, endOfRun(text, at, isBase64url, at + 24));
  let bits = 0;
  let count = 0;
  let isOpen = false;
  for (const character of head) {
    bits = ((bits << 6) | alphabet.indexOf(character)) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    const byte = (bits >> count) & 0xff;
    if (!isOpen && byte !== 0x7b) return false;
    if (isOpen && byte === 0x22) return true;
    if (isOpen && byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false;
    isOpen = true;
  }
  return false;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
