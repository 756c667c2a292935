import { endOfRun, isDigit, isLetter, isLetterOrDigit } from "./characters.ts";
import { type Detector, detector, type Found } from "./detector.ts";

/**
 * Mail addresses (RFC 5321, RFC 6531): what people write in front of an `@`, and behind it a host of two labels or more whose last
 * one is no number. Letters of every script count. `bob@localhost` and `left-pad@1.2.3` are none.
 */
export const emailAddress: Detector = detector("email-address", (text) => {
  const found: Found[] = [];
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    const start = startOfLocal(text, at);
    const end = endOfHost(text, at + 1);
    if (start < at && end !== undefined) found.push({ start, end });
  }
  return found;
});

/** Never further than to the `@` before, which is no part of a local part: each unit is read twice at most. */
function startOfLocal(text: string, at: number): number {
  let start = at;
  while (start > 0 && isLocal(text.charCodeAt(start - 1))) start--;
  return endOfRun(
    text,
    start,
    (unit) => !isLetterOrDigit(unit) && unit !== underscore && !isForeign(unit) && unit !== 0x40,
  );
}

const underscore = 0x5f;
// Without what parts addresses from their surroundings in links, tables and quoted text: `/ ? & # | { } "` and the backtick.
const local: ReadonlySet<number> = new Set(Array.from("!$%'*+-=^_~.", (each) => each.charCodeAt(0)));

function isLocal(unit: number): boolean {
  return isLetterOrDigit(unit) || local.has(unit) || isForeign(unit);
}

/** Beyond ASCII, what is neither space nor punctuation: letters of other scripts, and halves of surrogate pairs. */
function isForeign(unit: number): boolean {
  if (!(unit >= 0x80)) return false;
  if (unit < 0xaa || (unit >= 0x2000 && unit < 0x2070)) return false;
  return !(unit >= 0x3000 && unit < 0x3005) && !(unit >= 0x3008 && unit < 0x3021) && unit !== 0xfeff;
}

/** The end of the longest host of labels joined by dots that begins here. */
function endOfHost(text: string, start: number): number | undefined {
  let end: number | undefined;
  let labels = 0;
  for (let at = start; ; labels++) {
    const last = endOfRun(text, at, (unit) => isLetterOrDigit(unit) || unit === 0x2d || isForeign(unit));
    const label = trimmed(text, at, last);
    if (label === at) return end;
    const first = text.charCodeAt(at);
    if (labels > 0 && label - at > 1 && !isDigit(first) && (isLetter(first) || isForeign(first))) end = label;
    if (label < last || text.charCodeAt(last) !== 0x2e) return end;
    at = last + 1;
  }
}

/** Without hyphens at its end. */
function trimmed(text: string, start: number, end: number): number {
  let last = end;
  while (last > start && text.charCodeAt(last - 1) === 0x2d) last--;
  return last;
}
