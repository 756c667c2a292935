import { isDigit, isSeparator } from "./characters.ts";
import { type Detector, detector, type Found } from "./detector.ts";

/**
 * Payment card numbers (ISO/IEC 7812-1): 13 to 19 digits, also in groups with one space or hyphen between them, whose last digit is
 * right by Luhn's formula. A number never begins or ends within a longer run of digits, but may stand between other groups
 * (`4111 1111 1111 1111 12/27`). What begins with 0 is no payment card; with 1 only an airline's, of 15 digits: so a clock's
 * milliseconds are not taken for one.
 */
export const card: Detector = detector("card", (text) => {
  const found: Found[] = [];
  for (let at = 0; at < text.length; at++) {
    if (!isDigit(text.charCodeAt(at)) || isDigit(text.charCodeAt(at - 1))) continue;
    const end = longestCard(text, at);
    if (end !== undefined) found.push({ start: at, end });
  }
  return found;
});

const fewest = 13;
const most = 19;

/** The end of the longest card number that begins at the start of a group. Reads no more than 19 digits and what parts them. */
function longestCard(text: string, start: number): number | undefined {
  const digits: number[] = [];
  let end: number | undefined;
  for (let at = start; digits.length < most; at++) {
    digits.push(text.charCodeAt(at) - 0x30);
    if (isDigit(text.charCodeAt(at + 1))) continue;
    if (isCard(digits)) end = at + 1;
    if (!isSeparator(text.charCodeAt(at + 1)) || !isDigit(text.charCodeAt(at + 2))) return end;
    at++;
  }
  return end;
}

function isCard(digits: readonly number[]): boolean {
  const [first] = digits;
  if (digits.length < fewest || first === 0 || (first === 1 && digits.length !== 15)) return false;
  return luhn(digits) % 10 === 0;
}

/** The sum of the digits, each second one from the right doubled, with the digits of what that gives added (ISO/IEC 7812-1, annex B). */
function luhn(digits: readonly number[]): number {
  return digits.reduceRight((sum, digit, index) => {
    const isDoubled = (digits.length - 1 - index) % 2 === 1;
    const value = isDoubled ? digit * 2 : digit;
    return sum + (value > 9 ? value - 9 : value);
  }, 0);
}
