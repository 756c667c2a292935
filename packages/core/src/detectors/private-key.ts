import { type Detector, detector, type Found } from "./detector.ts";

/**
 * Private keys in textual encoding (RFC 7468, and those of OpenSSH, PGP and SSH2): from the header to its trailer. Where a header has
 * no trailer the key goes on to the end of the text; where a trailer has no header it began before the text did.
 */
export const privateKey: Detector = detector("private-key", (text) => {
  const found: Found[] = [];
  let start: number | undefined;
  // Each repetition is bounded and no two of them can take the same character, so that the work for each dash is, too.
  for (const mark of text.matchAll(
    /-{4,5} ?(BEGIN|END) (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?(?: ?-{4,5})?/g,
  )) {
    const isHeader = mark[1] === "BEGIN";
    if (isHeader) start ??= mark.index;
    else {
      found.push({ start: start ?? found.at(-1)?.end ?? 0, end: mark.index + mark[0].length });
      start = undefined;
    }
  }
  if (start !== undefined) found.push({ start, end: text.length });
  return found;
});
