import { isRecord, pointerToken, type Violation } from "@mcpolicy/core";

/** What arguments may at most be; beyond it a request is invalid before any rule is read. */
export interface Bounds {
  /** Lists and records within each other. */
  readonly depth: number;
  /** Values of every sort, names of fields not counted. */
  readonly nodes: number;
  /** UTF-16 code units of one string or name. */
  readonly text: number;
  /** Whether an integer may be one that a double does not hold exactly. */
  readonly anyInteger?: boolean;
}

/** 64 deep, 100,000 values, strings of 4 Mi code units. */
export const defaultBounds: Bounds = Object.freeze({ depth: 64, nodes: 100_000, text: 4 * 1024 * 1024 });

/**
 * Whether arguments are a plain JSON object within bounds, with texts that are Unicode (no lone surrogates) and integers that a double
 * holds exactly (language.md, section 4: else the request is invalid). Gives the first violation only, and never recurses deeper
 * than the bound.
 */
export function outOfBounds(args: unknown, bounds: Bounds = defaultBounds): Violation | undefined {
  if (isWithin(args, bounds)) return undefined;
  if (!isRecord(args)) return { pointer: "", expected: "an object" };
  let nodes = 0;
  return visit(args, "", 0);

  function visit(value: unknown, pointer: string, depth: number): Violation | undefined {
    nodes++;
    if (nodes > bounds.nodes) return { pointer, expected: `at most ${bounds.nodes} values in all` };
    switch (typeof value) {
      case "string":
        return text(value, pointer);
      case "boolean":
        return undefined;
      case "number":
        if (!Number.isFinite(value)) return { pointer, expected: "a finite number" };
        if (!bounds.anyInteger && Number.isInteger(value) && !Number.isSafeInteger(value)) {
          return { pointer, expected: "an integer within ±(2^53 − 1)" };
        }
        return undefined;
      case "object":
        return value === null ? undefined : parts(value, pointer, depth + 1);
      default:
        return { pointer, expected: "a JSON value" };
    }
  }

  function parts(value: object, pointer: string, depth: number): Violation | undefined {
    // What comes from JSON has no names but its own.
    if (!isPlain(value)) return { pointer, expected: "a plain JSON value" };
    if (depth > bounds.depth) return { pointer, expected: `at most ${bounds.depth} levels of lists and objects` };
    for (const [key, part] of Object.entries(value)) {
      const broken = text(key, pointer) ?? visit(part, `${pointer}/${pointerToken(key)}`, depth);
      if (broken !== undefined) return broken;
    }
    return undefined;
  }

  function text(value: string, pointer: string): Violation | undefined {
    if (value.length > bounds.text) return { pointer, expected: `at most ${bounds.text} UTF-16 code units of text` };
    if (!value.isWellFormed()) return { pointer, expected: "Unicode text without lone surrogates" };
    return undefined;
  }
}

/** The same as a yes or no: nearly always yes, and then nothing is to be said. */
function isWithin(args: unknown, bounds: Bounds): boolean {
  return isRecord(args) && nodesLeft(args, bounds, bounds.depth, bounds.nodes) >= 0;
}

/** How many more values may follow, of `nodes` before this one; negative where it breaks a bound. `depth`: levels left. */
function nodesLeft(value: unknown, bounds: Bounds, depth: number, nodes: number): number {
  switch (typeof value) {
    case "string":
      return isText(value, bounds) ? nodes - 1 : -1;
    case "boolean":
      return nodes - 1;
    case "number":
      if (Number.isSafeInteger(value)) return nodes - 1;
      return Number.isFinite(value) && (bounds.anyInteger === true || !Number.isInteger(value)) ? nodes - 1 : -1;
    case "object": {
      if (value === null) return nodes - 1;
      if (depth === 0 || !isPlain(value)) return -1;
      let left = nodes - 1;
      if (Array.isArray(value)) {
        for (let at = 0; at < value.length && left >= 0; at++) left = nodesLeft(value[at], bounds, depth - 1, left);
        return left;
      }
      // Names that `Object.prototype` lends are looked at too: that can only say too often that the long way is to be gone.
      for (const key in value) {
        if (!isText(key, bounds)) return -1;
        const part: unknown = value[key as keyof typeof value];
        // Most parts are texts: no call of its own for these.
        left =
          typeof part !== "string" ? nodesLeft(part, bounds, depth - 1, left) : isText(part, bounds) ? left - 1 : -1;
        if (left < 0) return -1;
      }
      return left;
    }
    default:
      return -1;
  }
}

function isText(value: string, bounds: Bounds): boolean {
  return value.length <= bounds.text && value.isWellFormed();
}

/** Whether it is a list, or a record of which all names are its own. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}
