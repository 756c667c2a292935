// biome-ignore format: table
const units = [
  { name: "d",  milliseconds: 86_400_000 },
  { name: "h",  milliseconds: 3_600_000 },
  { name: "m",  milliseconds: 60_000 },
  { name: "s",  milliseconds: 1000 },
  { name: "ms", milliseconds: 1 },
] as const;

/** A span of time as the language spells it, in the largest unit that gives a whole number: `90m`, `2d`. Takes milliseconds. */
export function durationText(milliseconds: number): string {
  const unit = units.find((each) => milliseconds % each.milliseconds === 0);
  return unit === undefined ? `${milliseconds}ms` : `${milliseconds / unit.milliseconds}${unit.name}`;
}
