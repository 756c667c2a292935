/** Nanoseconds as a person reads them: three digits, and the unit that fits. */
export function time(nanoseconds: number): string {
  const units = [
    ["ns", 1],
    ["µs", 1e3],
    ["ms", 1e6],
    ["s", 1e9],
  ] as const;
  const [unit, of] = units.findLast(([, size]) => nanoseconds >= size) ?? units[0];
  return `${digits(nanoseconds / of)} ${unit}`;
}

export function bytes(count: number): string {
  const [unit, of] = Math.abs(count) >= 1e6 ? (["MB", 1e6] as const) : (["kB", 1e3] as const);
  return `${digits(count / of)} ${unit}`;
}

export function times(ratio: number | undefined): string {
  return ratio === undefined ? "–" : `${digits(ratio)} ×`;
}

function digits(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
