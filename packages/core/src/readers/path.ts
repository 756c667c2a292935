import { isNot, type Reader } from "./reader.ts";

/**
 * A path in canonical form: absolute, segments joined by one slash each, no slash at its end but in `/` (language.md, section 4).
 * Nothing is decoded and no `..` is resolved: what could mean another place to another reader is unreadable.
 */
export const path: Reader = {
  kind: "path",
  read(value, root) {
    if (typeof value !== "string") return undefined;
    const settled = atOnce(value);
    if (settled !== null) return settled;
    return problem(value, root) === "" ? canonical(value, root) : undefined;
  },
  why: (value, root) => (typeof value === "string" ? problem(value, root) : isNot(value, "a path")),
};

const SLASH = 0x2f;
const DOT = 0x2e;
const PERCENT = 0x25;
const BACKSLASH = 0x5c;

/**
 * What one quick look settles: the text itself where it is its own canonical form (absolute, of printable ASCII without `%` and backslash, no
 * empty, `.` or `..` segment, no slash at its end), `undefined` where it is so up to a `.` or `..` segment and so is no path; `null` where it
 * takes a closer look. Nearly every text is settled, and this is all that is asked of it.
 */
function atOnce(text: string): string | undefined | null {
  if (text.charCodeAt(0) !== SLASH) return null;
  let previous = SLASH;
  for (let at = 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // Letters and digits are most of a path, and are through after two questions.
    if (unit >= 0x30) {
      if (unit > 0x7e || unit === BACKSLASH) return null;
    } else if (unit === SLASH) {
      if (previous === SLASH) return null;
    } else if (unit === DOT) {
      if (previous === SLASH && isDots(text, at)) return undefined;
    } else if (unit < 0x20 || unit === PERCENT) return null;
    previous = unit;
  }
  return previous !== SLASH || text.length === 1 ? text : null;
}

/** Whether the segment that begins with a dot here is `.` or `..`. */
function isDots(text: string, at: number): boolean {
  const end = at + 1 < text.length && text.charCodeAt(at + 1) === DOT ? at + 2 : at + 1;
  return end === text.length || text.charCodeAt(end) === SLASH;
}

/** Why a text is no path; empty where it is one. One pass, character by character. */
function problem(text: string, root: string | undefined): string {
  if (text === "") return "it is empty";
  if (text.charCodeAt(0) === 0x7e) return "it begins with `~`";
  if (text.charCodeAt(0) !== SLASH) {
    if (hasScheme(text)) return "it begins like a URL or a drive";
    if (root === undefined) return "it is relative, and the server has no `root`";
  }
  return spellingProblem(text);
}

/**
 * Why a text could mean another place once it is decoded, split or cleaned by someone else: a `.` or `..` segment, a control
 * character, a backslash, an odd percent-encoding. Empty where it could not. Of use on whole URIs too.
 */
export function spellingProblem(text: string): string {
  let dots = 0; // of a segment that is dots so far, else -1
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === SLASH) {
      if (dots > 0) return dotsProblem(dots);
      dots = 0;
    } else if (unit === DOT) {
      if (dots >= 0) dots = dots < 2 ? dots + 1 : -1;
    } else {
      dots = -1;
      if (unit < 0x20 || (unit >= 0x7f && unit <= 0x9f)) return `it has the control character ${codePoint(unit)}`;
      if (unit === BACKSLASH) return "it has a backslash";
      if (unit === PERCENT) {
        const length = encodedLength(text, at);
        if (length === 0) return `it has the percent-encoding ${JSON.stringify(text.slice(at, at + 3))}`;
        at += length - 1;
      } else if (unit >= 0xd800 && unit <= 0xdfff) {
        if (unit >= 0xdc00 || !isLowSurrogate(text.charCodeAt(at + 1))) return "it has half of a surrogate pair";
        at++;
      }
    }
  }
  return dots > 0 ? dotsProblem(dots) : "";
}

function dotsProblem(dots: number): string {
  return dots === 1 ? "it has a `.` segment" : "it has a `..` segment";
}

function codePoint(unit: number): string {
  return `U+${unit.toString(16).toUpperCase().padStart(4, "0")}`;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** `C:/x`, `file:///x`: relative by its spelling, but elsewhere by the reading of whoever takes URLs or drives (RFC 3986 §4.2). */
function hasScheme(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (isLetter(unit)) continue;
    if (unit === 0x3a) return at === 1 || (at > 1 && text.charCodeAt(at + 1) === SLASH);
    const inScheme = (unit >= 0x30 && unit <= 0x39) || unit === 0x2b || unit === 0x2d || unit === DOT;
    if (at === 0 || !inScheme) return false;
  }
  return false;
}

function isLetter(unit: number): boolean {
  return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a);
}

/**
 * The length of the percent-encoding at an offset, where it stands for a space or, in well-formed UTF-8 (Unicode, table 3-7), for a
 * character beyond ASCII and the control characters after it; else 0.
 */
function encodedLength(text: string, at: number): number {
  const lead = octet(text, at);
  if (lead === 0x20) return 3;
  const row = utf8.find(([low, high]) => lead >= low && lead <= high);
  if (row === undefined) return 0;
  const [, , more, secondLow, secondHigh] = row;
  const second = octet(text, at + 3);
  if (second < secondLow || second > secondHigh) return 0;
  for (let index = 2; index <= more; index++) {
    const next = octet(text, at + 3 * index);
    if (next < 0x80 || next > 0xbf) return 0;
  }
  return 3 * (more + 1);
}

// First octet from, to; how many follow; the second one from, to.
// biome-ignore format: table
const utf8: readonly (readonly [number, number, number, number, number])[] = [
  [0xc2, 0xc2, 1, 0xa0, 0xbf],
  [0xc3, 0xdf, 1, 0x80, 0xbf],
  [0xe0, 0xe0, 2, 0xa0, 0xbf],
  [0xe1, 0xec, 2, 0x80, 0xbf],
  [0xed, 0xed, 2, 0x80, 0x9f],
  [0xee, 0xef, 2, 0x80, 0xbf],
  [0xf0, 0xf0, 3, 0x90, 0xbf],
  [0xf1, 0xf3, 3, 0x80, 0xbf],
  [0xf4, 0xf4, 3, 0x80, 0x8f],
];

/** The octet that `%XX` at an offset stands for, -1 where there is none. */
function octet(text: string, at: number): number {
  if (text.charCodeAt(at) !== PERCENT) return -1;
  const high = hexDigit(text.charCodeAt(at + 1));
  const low = hexDigit(text.charCodeAt(at + 2));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  if (unit >= 0x61 && unit <= 0x66) return unit - 0x57;
  if (unit >= 0x41 && unit <= 0x46) return unit - 0x37;
  return -1;
}

/** Repeated slashes fold, a slash at the end goes, relative text hangs below the root. Only for text without a problem. */
function canonical(text: string, root: string | undefined): string {
  if (text.charCodeAt(0) === SLASH && !text.includes("//") && (text.length === 1 || !text.endsWith("/"))) return text;
  const whole = text.charCodeAt(0) === SLASH ? text : `${root}/${text}`;
  const folded = whole.replace(/\/+/g, "/");
  return folded.length > 1 && folded.endsWith("/") ? folded.slice(0, -1) : folded;
}
