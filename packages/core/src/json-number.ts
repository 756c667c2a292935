/** Whether a number survives being written again: whole ones up to 2^53-1, others where the shortest decimal form is the lexeme's value. */
export function isExact(lexeme: string): boolean {
  const value = Number(lexeme);
  if (wholeNumber.test(lexeme)) return Number.isSafeInteger(value);
  if (!Number.isFinite(value)) return false;
  const written = decimal(lexeme);
  const held = decimal(String(value));
  return written.digits === held.digits && written.exponent === held.exponent && written.negative === held.negative;
}

const wholeNumber = /^-?[0-9]+$/;

/** A decimal lexeme as sign, significant digits and exponent: equal exactly where the numbers are. Zero has no digits, sign or exponent. */
function decimal(lexeme: string): {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
} {
  const [mantissa = "", power = "0"] = lexeme.toLowerCase().split("e");
  const negative = mantissa.startsWith("-");
  const [whole = "", fraction = ""] = (negative ? mantissa.slice(1) : mantissa).split(".");
  const all = whole + fraction;
  let end = all.length;
  while (end > 0 && all[end - 1] === "0") end--;
  let start = 0;
  while (start < end && all[start] === "0") start++;
  if (start === end) return { negative: false, digits: "", exponent: 0 };
  return { negative, digits: all.slice(start, end), exponent: Number(power) - fraction.length + (all.length - end) };
}

/** Of a code unit: `0` to `9`. */
export function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}
