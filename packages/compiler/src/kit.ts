import {
  absent,
  areUnique,
  callerKeyOf,
  carriesTest,
  emptyState,
  equal,
  happenedTest,
  isAtLeast,
  isAtMost,
  isRecord,
  type JsonObject,
  matchesName,
  matchesResource,
  momentWithIts,
  operators,
  pathTest,
  type Reader,
  read,
  readers,
  schemaPattern,
  step,
  type Type,
  tallyTest,
  toolFacts,
  type Value,
} from "@mcpolicy/core";

type Found = Value | undefined | typeof absent;

/** The reader of paths. */
export const asPath: Reader["read"] = (readers.find(({ kind }) => kind === "path") as Reader).read;

export function hasRole(roles: readonly string[], wanted: string): boolean {
  for (let at = 0; at < roles.length; at++) if (roles[at] === wanted) return true;
  return false;
}

export function hasAnyRole(roles: readonly string[], wanted: ReadonlySet<string>): boolean {
  for (let at = 0; at < roles.length; at++) if (wanted.has(roles[at] as string)) return true;
  return false;
}

/** `a ?? b`: the prepared fallback for what is absent, never for what is unknown. */
export function readOr(
  type: Type,
  value: Found,
  root: string | undefined,
  fallback: Value | undefined,
): Value | undefined {
  return value === absent ? fallback : read(type, value, root);
}

/** Whether own properties lead from a value along a path; `unknownAs` where it is unknown what the value is. */
export function has(start: Found, path: readonly (string | number)[], unknownAs: boolean): boolean {
  if (start === undefined) return unknownAs;
  let value: Found = start;
  for (const [index, key] of path.entries()) {
    const part = step(value, key);
    if (part === absent) return false;
    if (part === undefined) return index === path.length - 1 && isRecord(value) && Object.hasOwn(value, key);
    value = part;
  }
  return value !== undefined && value !== absent;
}

/** All values, or unknown where one is. */
export function every(values: readonly (Value | undefined)[]): readonly Value[] | undefined {
  return values.includes(undefined) ? undefined : (values as readonly Value[]);
}

/** Texts and filled holes joined, or unknown where one is. */
export function join(parts: readonly (string | undefined)[]): string | undefined {
  return parts.includes(undefined) ? undefined : parts.join("");
}

/** What fills a hole: one plain segment, else unknown (language.md, "Interpolation"). */
export function hole(value: Value | undefined): string | undefined {
  if (typeof value !== "string" || value === "." || value === "..") return undefined;
  return /^[A-Za-z0-9._-]+$/.test(value) ? value : undefined;
}

/** A field of a record's own. */
export function own(record: JsonObject, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

// In a loop over the names of the same object it costs nothing.
const isOwn = Object.prototype.hasOwnProperty;

/** How many fields a record has. */
export function fieldCount(record: JsonObject): number {
  let count = 0;
  for (const name in record) if (isOwn.call(record, name)) count++;
  return count;
}

/**
 * What generated code is given: readers and operators of the same core that every evaluator uses. Generated code reaches nothing
 * else of ours.
 */
export const kit: Readonly<Record<string, unknown>> = Object.freeze({
  read,
  step,
  matchesName,
  matchesResource,
  toolFacts,
  callerKeyOf,
  emptyState,
  carriesTest,
  happenedTest,
  tallyTest,
  momentWithIts,
  asPath,
  hasRole,
  hasAnyRole,
  /** Each row's own evaluation, by id. */
  operators: Object.freeze(
    Object.assign(Object.create(null), Object.fromEntries(operators.map((row) => [row.id, row.evaluate]))),
  ),
  readOr,
  has,
  every,
  join,
  hole,
  own,
  fieldCount,
  schemaPattern,
  pathTest,
  isRecord,
  isAtMost,
  isAtLeast,
  equal,
  areUnique,
});
