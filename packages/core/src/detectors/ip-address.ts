import { addressOf } from "../readers/ip.ts";
import { isLetterOrDigit } from "./characters.ts";
import { type Detector, detector, type Found } from "./detector.ts";

/**
 * IP addresses in text: v4 as four numbers up to 255, also with zeros in front, and v6 as RFC 4291 §2.2 writes them. A version of
 * five numbers, a time of day and a hardware address are none; a version of four numbers is one.
 */
export const ipAddress: Detector = detector("ip-address", (text) =>
  [...v4(text), ...v6(text)].sort((a, b) => a.start - b.start),
);

function v4(text: string): readonly Found[] {
  const found: Found[] = [];
  // Once a digit is found nothing makes this fail, so that no character is read twice.
  for (const { 0: run, index } of text.matchAll(/[0-9]+(?:\.[0-9]+)*/g)) {
    if (run.length < shortestV4 || run.length > longestV4) continue;
    const numbers = run.split(".");
    const isAddress = numbers.length === 4 && numbers.every((each) => each.length <= 3 && Number(each) <= 255);
    if (isAddress) found.push({ start: index, end: index + run.length });
  }
  return found;
}

const shortestV4 = "0.0.0.0".length;
const longestV4 = "255.255.255.255".length;
const longestV6 = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255".length;

function v6(text: string): readonly Found[] {
  const found: Found[] = [];
  // One class: no character is read twice.
  for (const { 0: run, index } of text.matchAll(/[0-9A-Fa-f:.]+/g)) {
    if (!run.includes(":", run.indexOf(":") + 1)) continue;
    const after = index + run.length;
    if (isOfWord(text.charCodeAt(after))) continue;
    // `src:2001:db8::1`: a word ends at its colon, though its last letter may be a digit of base 16.
    const first = isOfWord(text.charCodeAt(index - 1)) ? run.indexOf(":") + 1 : 0;
    const address = withoutPunctuation(run.slice(first));
    if (address.text.length > longestV6 || addressOf(address.text) === undefined) continue;
    const start = index + first + address.start;
    found.push({ start, end: start + address.text.length });
  }
  return found;
}

/** A colon by itself at either end, and dots, are the sentence's. Nothing but colons is none: `::` parts names in many languages. */
function withoutPunctuation(run: string): { readonly text: string; readonly start: number } {
  const start = run.startsWith(":") && !run.startsWith("::") ? 1 : 0;
  let end = run.length;
  while (end > start && run[end - 1] === ".") end--;
  if (run[end - 1] === ":" && run[end - 2] !== ":") end--;
  const text = run.slice(start, end);
  return { text: text === "::" ? "" : text, start };
}

function isOfWord(unit: number): boolean {
  return isLetterOrDigit(unit) || unit === 0x5f;
}
