const SLASH = 0x2f;
const DOT = 0x2e;
const PERCENT = 0x25;
const BACKSLASH = 0x5c;

/**
 * A path as mcpolicy reads one on a server without a root (docs/language.md, "Paths"): absolute, one slash between segments, none at its
 * end; undefined where it could mean another place to another reader. Plain texts are settled in one look; a test holds it against the
 * language's own reader.
 */
export function readPath(text: string): string | undefined {
  if (text.charCodeAt(0) !== SLASH) return undefined;
  let isFolded = true;
  let previous = SLASH;
  for (let at = 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 || unit > 0x7e || unit === PERCENT || unit === BACKSLASH) return readCarefully(text);
    if (previous === SLASH) {
      if (unit === SLASH) isFolded = false;
      else if (unit === DOT && isDots(text, at)) return undefined;
    }
    previous = unit;
  }
  if (!isFolded) return folded(text);
  return previous === SLASH && text.length > 1 ? text.slice(0, -1) : text;
}

/** Whether the segment that begins here is `.` or `..`. */
function isDots(text: string, at: number): boolean {
  const end = text.startsWith(".", at + 1) ? at + 2 : at + 1;
  return end === text.length || text.charCodeAt(end) === SLASH;
}

function folded(text: string): string {
  return `/${text
    .split("/")
    .filter((segment) => segment !== "")
    .join("/")}`;
}

function readCarefully(text: string): string | undefined {
  // Controls, backslashes, halves of surrogate pairs, encodings of anything but a space and what lies beyond ASCII.
  if (/[\u0000-\u001f\u007f-\u009f\\]/.test(text) || !text.isWellFormed()) return undefined;
  if (text.replaceAll(encoded, "").includes("%")) return undefined;
  if (text.split("/").some((segment) => segment === "." || segment === "..")) return undefined;
  return folded(text);
}

/** A space, or well-formed UTF-8 of a character beyond U+009F, percent-encoded (Unicode, table 3-7). */
const encoded = new RegExp(
  [
    "%20",
    "%c2%[ab][0-9a-f]",
    "%(?:c[3-9a-f]|d[0-9a-f])%[89ab][0-9a-f]",
    "%e0%[ab][0-9a-f]%[89ab][0-9a-f]",
    "%e[1-9abcef]%[89ab][0-9a-f]%[89ab][0-9a-f]",
    "%ed%[89][0-9a-f]%[89ab][0-9a-f]",
    "%f0%[9ab][0-9a-f](?:%[89ab][0-9a-f]){2}",
    "%f[1-3](?:%[89ab][0-9a-f]){3}",
    "%f4%8[0-9a-f](?:%[89ab][0-9a-f]){2}",
  ].join("|"),
  "gi",
);

/** Whether a path is a directory, or lies below it. */
export function isBelow(path: string, directory: string): boolean {
  return (
    path.startsWith(directory) && (path.length === directory.length || path.charCodeAt(directory.length) === SLASH)
  );
}
