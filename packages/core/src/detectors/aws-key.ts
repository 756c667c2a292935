import { endOfRun, isLetterOrDigit } from "./characters.ts";
import { type Detector, detector, type Found } from "./detector.ts";

/**
 * Keys of AWS: the id of an access key (`AKIA…`, `ASIA…` and the like, 20 characters) with a secret that follows it; and what 40
 * characters of base64 follow a name such as `aws_secret_access_key` or `SecretAccessKey`, or 100 and more `aws_session_token`.
 */
export const awsKey: Detector = detector("aws-key", (text) =>
  [...ids(text), ...named(text)].sort((a, b) => a.start - b.start),
);

function ids(text: string): readonly Found[] {
  // Of fixed length: each place is looked at once.
  return Array.from(text.matchAll(/(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}/g), (id): Found => {
    const end = id.index + id[0].length;
    const start = behindGap(text, end);
    return { start: id.index, end: (start === end ? undefined : endOfSecret(text, start)) ?? end };
  });
}

function named(text: string): readonly Found[] {
  const found: Found[] = [];
  let rest = 0;
  // Fixed words with a sign between that may be left out.
  for (const name of text.matchAll(/(secret[ _-]?(?:access[ _-]?)?key)|(?:session|security)[ _-]?token/gi)) {
    const start = behindGap(text, name.index + name[0].length);
    // What is named within a long token ends with it.
    if (start < rest) continue;
    const end = name[1] === undefined ? endOfToken(text, start) : endOfSecret(text, start);
    if (end === undefined) continue;
    found.push({ start, end });
    rest = end;
  }
  return found;
}

const secretLength = 40;
const shortestToken = 100;

/** A secret is told from other base64 by its length, and by what stands before it. */
function endOfSecret(text: string, start: number): number | undefined {
  const end = endOfRun(text, start, isBase64, start + secretLength + 1);
  return end - start === secretLength ? end : undefined;
}

function endOfToken(text: string, start: number): number | undefined {
  const end = endOfRun(text, start, isBase64);
  return end - start >= shortestToken ? end : undefined;
}

/** Behind what stands between a name and its value in files, JSON, XML, tables and code; never more than eight characters. */
function behindGap(text: string, from: number): number {
  return endOfRun(text, from, (unit) => gap.has(unit), from + 8);
}

const gap: ReadonlySet<number> = new Set(Array.from(" \t\r\n\"'`\\,;:=>|", (each) => each.charCodeAt(0)));

function isBase64(unit: number): boolean {
  return isLetterOrDigit(unit) || unit === 0x2b || unit === 0x2f || unit === 0x3d;
}
