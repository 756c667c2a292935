/** What a literal's spelling stands for; each function is the inverse of the printer's spelling. */

/** A mistake inside a literal, at UTF-16 offsets relative to its start. */
export interface LiteralProblem {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly help: string;
}

const plainEscapes: Readonly<Record<string, string>> = { '"': '"', "\\": "\\", n: "\n", t: "\t" };

/** The value of a text literal with its quotes (the closing one may be missing), and what is wrong in its escapes. */
export function textValue(image: string): { readonly value: string; readonly problems: readonly LiteralProblem[] } {
  const end = isClosed(image) ? image.length - 1 : image.length;
  const body = image.slice(1, end);
  if (!body.includes("\\")) return { value: body, problems: [] };
  const problems: LiteralProblem[] = [];
  const value = body.replace(
    /\\(?:u\{([0-9A-Fa-f]*)\}?|([\s\S]?))/gu,
    (all, hex: string | undefined, char: string | undefined, at: number) => {
      const problem = (message: string, help: string): void => {
        problems.push({ start: at + 1, end: at + 1 + all.length, message, help });
      };
      if (hex !== undefined) {
        const point = all.endsWith("}") && hex.length > 0 && hex.length <= 8 ? Number.parseInt(hex, 16) : Number.NaN;
        if (point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff)) return String.fromCodePoint(point);
        problem(
          `\`${all}\` is no character`,
          "write the code point in hexadecimal digits, up to `\\u{10FFFF}` and no surrogate",
        );
        return "\u{fffd}";
      }
      const plain = plainEscapes[char ?? ""];
      if (plain !== undefined && Object.hasOwn(plainEscapes, char ?? "")) return plain;
      problem(
        `\`${all}\` is no escape of this language`,
        'there are `\\"`, `\\\\`, `\\n`, `\\t` and `\\u{…}`; a backslash itself is written `\\\\`',
      );
      return all;
    },
  );
  return { value, problems };
}

/** Whether the last character is the opening quote again, with an even number of backslashes before it. */
function isClosed(image: string): boolean {
  if (image.length < 2 || !image.endsWith(image[0]!)) return false;
  let backslashes = 0;
  while (image[image.length - 2 - backslashes] === "\\") backslashes += 1;
  return backslashes % 2 === 0;
}

const unitFactors: Readonly<Record<string, number>> = {
  KB: 1000,
  KiB: 1024,
  MB: 1000 ** 2,
  MiB: 1024 ** 2,
  GB: 1000 ** 3,
  GiB: 1024 ** 3,
};

/** The value of `10_000`, `1KiB`, `-1.5`; undefined where a number of this language cannot hold it exactly enough. */
export function numberValue(image: string): number | undefined {
  const match = /^(-?[\d_]+(\.\d+)?)([KMG]i?B)?$/.exec(image);
  if (match === null) return undefined;
  const value = Number(match[1]!.replaceAll("_", "")) * (match[3] === undefined ? 1 : unitFactors[match[3]]!);
  const fits = match[2] === undefined ? Number.isSafeInteger(value) : Number.isFinite(value);
  return fits ? value + 0 : undefined;
}

const durationFactors: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The milliseconds of `30s`, `5m`, `1h`, `7d`; undefined where they are too many. */
export function durationValue(image: string): number | undefined {
  const match = /^(\d+)([smhd])$/.exec(image);
  if (match === null) return undefined;
  const value = Number(match[1]) * durationFactors[match[2]!]!;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The epoch milliseconds of `2026-01-31` or `2026-01-31T10:00Z`; undefined where the calendar has no such instant. */
export function dateValue(image: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?Z)?$/.exec(image);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, 0);
  const same =
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  return same ? date.getTime() : undefined;
}
