import type { Violation } from "../decision.ts";
import { pointerToken } from "../json-pointer.ts";
import type { Value } from "../value.ts";
import { inWords } from "./words.ts";

/**
 * Whether a value fits a schema, or one keyword of it. Without a report the first thing that does not fit ends it; with one it goes on,
 * and tells each. `seen` notes what was looked at of a record or list, where a keyword asks for what was not.
 */
export type Check = (value: Value, told: Report | undefined, seen: Seen | undefined) => boolean;

/** More violations than these are not told. */
const TOLD = 16;

/** What does not fit, and where. */
export class Report {
  /** The place that is looked at, as a JSON pointer. */
  at = "";
  readonly #found: Violation[] = [];

  /** Tells what a keyword expected of the place that is looked at, or of a field of it. Gives false, which is what a check then answers. */
  tell(keyword: string, params: Readonly<Record<string, unknown>> = {}, field?: string): false {
    const pointer = field === undefined ? this.at : `${this.at}/${pointerToken(field)}`;
    this.#found.push({ pointer, expected: inWords(keyword, params) ?? "a value that fits the schema" });
    return false;
  }

  get count(): number {
    return this.#found.length;
  }

  /** Takes back what was told since there were `count`: another way to fit was found. */
  takeBack(count: number): void {
    this.#found.length = count;
  }

  /** The same one once, and no more than 16. */
  get violations(): readonly Violation[] {
    return distinctViolations(this.#found);
  }
}

/** Each violation once, and no more than are told. */
export function distinctViolations(all: Iterable<Violation>): readonly Violation[] {
  const distinct = new Map<string, Violation>();
  for (const violation of all) {
    distinct.set(`${violation.pointer} ${violation.expected}`, violation);
    if (distinct.size === TOLD) break;
  }
  return [...distinct.values()];
}

/** The fields and items of one value that some keyword has looked at. */
export class Seen {
  readonly fields: Set<string> = new Set();
  readonly items: Set<number> = new Set();

  /** Adds what a part that fits has seen. */
  add(part: Seen): void {
    for (const field of part.fields) this.fields.add(field);
    for (const item of part.items) this.items.add(item);
  }
}

/** Asks a check of a part of a value. */
export function ofPart(check: Check, part: Value, key: string | number, told: Report | undefined): boolean {
  if (told === undefined) return check(part, undefined, undefined);
  const here = told.at;
  told.at = `${here}/${pointerToken(String(key))}`;
  const fits = check(part, told, undefined);
  told.at = here;
  return fits;
}

export const fitsAlways: Check = () => true;

/** All of some checks. */
export function every(checks: readonly Check[]): Check {
  const [first, second] = checks;
  if (first === undefined) return fitsAlways;
  if (second === undefined) return first;
  return (value, told, seen) => {
    let fits = true;
    for (let at = 0; at < checks.length; at++) {
      if ((checks[at] as Check)(value, told, seen)) continue;
      if (told === undefined) return false;
      fits = false;
    }
    return fits;
  };
}
