import { isDigit, isLetter, isLetterOrDigit, isSeparator } from "./characters.ts";
import { type Detector, detector, type Found } from "./detector.ts";

/**
 * International bank account numbers (ISO 13616): a country, two check digits and what follows, as long as the country's are, in
 * capitals or not, also with one space or hyphen between groups, whose remainder by 97 is 1.
 */
export const iban: Detector = detector("iban", (text) => {
  const found: Found[] = [];
  for (let at = 0; at < text.length; at++) {
    if (isLetterOrDigit(text.charCodeAt(at - 1))) continue;
    if (!isLetter(text.charCodeAt(at)) || !isLetter(text.charCodeAt(at + 1)) || !isDigit(text.charCodeAt(at + 2)))
      continue;
    const end = endOfIban(text, at);
    if (end !== undefined) found.push({ start: at, end });
  }
  return found;
});

/** Reads at most 34 characters and what parts them. */
function endOfIban(text: string, start: number): number | undefined {
  const length = lengths.get(text.slice(start, start + 2).toUpperCase());
  if (length === undefined) return undefined;
  let compact = "";
  let at = start;
  for (; compact.length < length; at++) {
    const unit = text.charCodeAt(at);
    if (isLetterOrDigit(unit)) compact += text[at];
    else if (!isSeparator(unit) || !isLetterOrDigit(text.charCodeAt(at + 1))) return undefined;
  }
  if (isLetterOrDigit(text.charCodeAt(at))) return undefined;
  return isDigit(compact.charCodeAt(3)) && remainder(compact) === 1 ? at : undefined;
}

/** ISO 7064, mod 97-10: the country and check digits at the end, each letter as two digits, `A` being 10. */
function remainder(compact: string): number {
  let rest = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}

/** Lengths by country, from the IBAN registry of SWIFT (ISO 13616-2). */
// biome-ignore format: table
const lengths: ReadonlyMap<string, number> = new Map(Object.entries({
  AD: 24, AE: 23, AL: 28, AT: 20, AZ: 28, BA: 20, BE: 16, BG: 22, BH: 22, BI: 27, BR: 29, BY: 28,
  CH: 21, CR: 22, CY: 28, CZ: 24, DE: 22, DJ: 27, DK: 18, DO: 28, EE: 20, EG: 29, ES: 24, FI: 18,
  FK: 18, FO: 18, FR: 27, GB: 22, GE: 22, GI: 23, GL: 18, GR: 27, GT: 28, HN: 28, HR: 21, HU: 28,
  IE: 22, IL: 23, IQ: 23, IS: 26, IT: 27, JO: 30, KW: 30, KZ: 20, LB: 28, LC: 32, LI: 21, LT: 20,
  LU: 20, LV: 21, LY: 25, MC: 27, MD: 24, ME: 22, MK: 19, MN: 20, MR: 27, MT: 31, MU: 30, NI: 28,
  NL: 18, NO: 15, OM: 23, PK: 24, PL: 28, PS: 29, PT: 25, QA: 29, RO: 24, RS: 22, RU: 33, SA: 24,
  SC: 31, SD: 18, SE: 24, SI: 19, SK: 24, SM: 27, SO: 23, ST: 25, SV: 28, TL: 23, TN: 24, TR: 26,
  UA: 29, VA: 22, VG: 24, XK: 20, YE: 30,
}));
