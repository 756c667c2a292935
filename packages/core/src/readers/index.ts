import type { Type } from "../type.ts";
import { absent, isRecord, type Value } from "../value.ts";
import { command } from "./command.ts";
import { detector } from "./detector.ts";
import { domain } from "./domain.ts";
import { cidr, ip } from "./ip.ts";
import { mail } from "./mail.ts";
import { path } from "./path.ts";
import { glob, regex } from "./patterns.ts";
import { isPreparedValue } from "./prepared.ts";
import { range } from "./range.ts";
import { isNot, type Reader } from "./reader.ts";
import { scalars } from "./scalars.ts";
import { duration, time } from "./time.ts";
import { url } from "./url.ts";
import { window } from "./window.ts";
import { words } from "./words.ts";

/** Every reader of a type without parts. A kind that is not here (`error`) reads nothing. */
export const readers: readonly Reader[] = Object.freeze([
  ...scalars,
  path,
  url,
  domain,
  ip,
  cidr,
  mail,
  time,
  duration,
  words,
  range,
  glob,
  regex,
  detector,
  command,
  window,
]);

const byKind: ReadonlyMap<Type["kind"], Reader> = new Map(readers.map((reader) => [reader.kind, reader]));

/**
 * Reads a value as a type: the canonical value, or `undefined` where it is absent, unknown already, of another JSON type or not
 * readable. A list is readable where each element is; a union where a member is, and the first such reads it; a record where it is
 * one: its fields are read one by one, where a condition names them. Readers accept their own results. Never throws.
 */
export function read(
  type: Type,
  value: Value | undefined | typeof absent,
  root: string | undefined,
): Value | undefined {
  if (value === undefined || value === absent) return undefined;
  switch (type.kind) {
    case "enum":
      return typeof value === "string" && type.values.includes(value) ? value : undefined;
    case "list":
      return Array.isArray(value) ? readAll(type.element, value, root) : undefined;
    case "record":
      return isRecord(value) && !isPreparedValue(value) ? value : undefined;
    case "union":
      for (const member of type.members) {
        const result = read(member, value, root);
        if (result !== undefined) return result;
      }
      return undefined;
    default:
      return byKind.get(type.kind)?.read(value, root);
  }
}

/** The same list where each element is its own canonical value. */
function readAll(element: Type, items: readonly unknown[], root: string | undefined): Value | undefined {
  let results: Value[] | undefined;
  for (let at = 0; at < items.length; at++) {
    const item = items[at] as Value | undefined;
    const result = read(element, item, root);
    if (result === undefined) return undefined;
    if (result === item && results === undefined) continue;
    results ??= items.slice(0, at) as Value[];
    results.push(result);
  }
  return results ?? (items as readonly Value[]);
}

/** Why a value is not readable as a type, as half a sentence ("it has a `..` segment"); empty where it is. */
export function whyUnreadable(type: Type, value: Value | undefined | typeof absent, root: string | undefined): string {
  if (value === absent) return "it is absent";
  if (value === undefined) return "it is unknown";
  switch (type.kind) {
    case "enum":
      if (read(type, value, root) !== undefined) return "";
      return typeof value === "string" ? "it is none of the values" : isNot(value, "text");
    case "list": {
      if (!Array.isArray(value)) return isNot(value, "a list");
      const items: readonly (Value | undefined)[] = value;
      const at = items.findIndex((item) => read(type.element, item, root) === undefined);
      return at < 0 ? "" : `at [${at}] ${whyUnreadable(type.element, items[at], root)}`;
    }
    case "record":
      return read(type, value, root) !== undefined ? "" : isNot(value, "a record");
    case "union": {
      if (read(type, value, root) !== undefined) return "";
      const reasons = type.members.map((member) => whyUnreadable(member, value, root));
      return [...new Set(reasons)].join(", and ") || "it has no type";
    }
    default:
      return byKind.get(type.kind)?.why(value, root) ?? `nothing is read as \`${type.kind}\``;
  }
}
