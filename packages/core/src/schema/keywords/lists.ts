import { allOf, type Code, js } from "../../code.ts";
import { canonicalJson } from "../../digest.ts";
import type { Value } from "../../value.ts";
import { type Check, every, ofPart } from "../check.ts";
import {
  type Around,
  aCount,
  aSchema,
  isSchema,
  type Keyword,
  type Schema,
  schemas,
  trueOrFalse,
  type Writing,
} from "../keyword.ts";

type List = readonly Value[];

const prefixItems: Keyword = {
  name: "prefixItems",
  of: ["array"],
  since: 2020,
  ...schemas,
  check: (given, { below }) => inOrder(given as readonly Schema[], below),
  emit: (given, value, writing) => inOrderCode(given as readonly Schema[], value, writing),
};

/** Of all items, or of those behind `prefixItems`; before 2020-12 a list of schemas stands for the first ones. */
const items: Keyword = {
  name: "items",
  of: ["array"],
  must: "a schema, or in older dialects a list of schemas",
  accepts: (value, dialect) => isSchema(value) || (dialect < 2020 && Array.isArray(value) && value.every(isSchema)),
  parts: (value) => (Array.isArray(value) ? value : [value as Schema]),
  check(given, { schema, dialect, below }) {
    if (Array.isArray(given)) return inOrder(given as readonly Schema[], below);
    const prefix = schema["prefixItems"];
    return dialect >= 2020 && Array.isArray(prefix)
      ? behind(prefix.length, given as Schema, "items", below)
      : from(0, below(given as Schema));
  },
  emit(given, value, writing) {
    if (Array.isArray(given)) return inOrderCode(given as readonly Schema[], value, writing);
    const prefix = writing.dialect >= 2020 ? writing.schema["prefixItems"] : undefined;
    return behindCode(Array.isArray(prefix) ? prefix.length : 0, given as Schema, value, writing);
  },
};

const additionalItems: Keyword = {
  name: "additionalItems",
  of: ["array"],
  until: 2019,
  ...aSchema,
  check: (given, { schema, below }) =>
    Array.isArray(schema["items"])
      ? behind(schema["items"].length, given as Schema, "additionalItems", below)
      : undefined,
  emit(given, value, writing) {
    const first = writing.schema["items"];
    return Array.isArray(first) ? behindCode(first.length, given as Schema, value, writing) : js`true`;
  },
};

const unevaluatedItems: Keyword = {
  name: "unevaluatedItems",
  of: ["array"],
  since: 2019,
  ...aSchema,
  check(given, { below }) {
    const check = below(given as Schema);
    return (value, told, seen) => {
      const list = value as List;
      let fits = true;
      for (let at = 0; at < list.length; at++) {
        if (seen?.items.has(at)) continue;
        if (given === false) return told?.tell("unevaluatedItems", { limit: at }) ?? false;
        seen?.items.add(at);
        if (ofPart(check, list[at] as Value, at, told)) continue;
        if (told === undefined) return false;
        fits = false;
      }
      return fits;
    };
  },
};

const contains: Keyword = {
  name: "contains",
  of: ["array"],
  ...aSchema,
  check(given, { schema, dialect, below }) {
    const check = below(given as Schema);
    const hasLimits = dialect >= 2019;
    const least = ((hasLimits ? schema["minContains"] : undefined) ?? 1) as number;
    const most = (hasLimits ? schema["maxContains"] : undefined) as number | undefined;
    // Since 2020-12 an item that fits counts as looked at.
    const notes = dialect >= 2020;
    return (value, told, seen) => {
      // Limits that no list keeps are told of alone.
      const list = most !== undefined && least > most ? [] : (value as List);
      const before = told?.count ?? 0;
      let count = 0;
      for (let at = 0; at < list.length; at++) {
        if (!ofPart(check, list[at] as Value, at, told)) continue;
        count++;
        if (notes) seen?.items.add(at);
        if (most === undefined ? count >= least && seen === undefined : count > most) break;
      }
      if (count >= least && (most === undefined || count <= most)) {
        told?.takeBack(before);
        return true;
      }
      const limits = most === undefined ? {} : { maxContains: most };
      return told?.tell("contains", { minContains: least, ...limits }) ?? false;
    };
  },
};

const minContains: Keyword = { name: "minContains", of: ["array"], since: 2019, ...aCount };
const maxContains: Keyword = { name: "maxContains", of: ["array"], since: 2019, ...aCount };

/** In linear time. */
const uniqueItems: Keyword = {
  name: "uniqueItems",
  of: ["array"],
  ...trueOrFalse,
  check: (isUnique) =>
    isUnique === true
      ? (value, told) => {
          return areUnique(value as List) || (told?.tell("uniqueItems") ?? false);
        }
      : undefined,
  emit: (isUnique, value) => (isUnique === true ? js`areUnique(${value})` : js`true`),
};

/** Whether no two items are equal: texts by themselves, all others by their canonical form. */
export function areUnique(list: List): boolean {
  const [texts, others] = [new Set<string>(), new Set<string>()];
  for (const item of list) {
    if (typeof item === "string") texts.add(item);
    else others.add(canonicalJson(item));
  }
  return texts.size + others.size === list.length;
}

/** Each of the first items by a schema of its own. */
function inOrder(given: readonly Schema[], below: Around["below"]): Check {
  return every(
    given.map((schema, at): Check => {
      const check = below(schema);
      return (value, told, seen) => {
        const list = value as List;
        if (at >= list.length) return true;
        seen?.items.add(at);
        return ofPart(check, list[at] as Value, at, told);
      };
    }),
  );
}

/** All items behind the first ones; where none may be there, that is told of the list. */
function behind(first: number, schema: Schema, name: "items" | "additionalItems", below: Around["below"]): Check {
  if (schema !== false) return from(first, below(schema));
  return (value, told) => (value as List).length <= first || (told?.tell(name, { limit: first }) ?? false);
}

function from(first: number, check: Check): Check {
  return (value, told, seen) => {
    const list = value as List;
    let fits = true;
    for (let at = first; at < list.length; at++) {
      seen?.items.add(at);
      if (ofPart(check, list[at] as Value, at, told)) continue;
      if (told === undefined) return false;
      fits = false;
    }
    return fits;
  };
}

function inOrderCode(given: readonly Schema[], value: Code, { below }: Writing): Code | undefined {
  const codes = given.map((schema, at) => {
    const code = below(schema, js`${value}[${at}]`);
    return code === undefined ? undefined : js`(${value}.length <= ${at} || ${code})`;
  });
  return codes.every((code) => code !== undefined) ? allOf(codes) : undefined;
}

function behindCode(first: number, schema: Schema, value: Code, { below, function: write }: Writing): Code | undefined {
  const fits = below(schema, js`item`);
  if (fits === undefined) return undefined;
  const loop = write(
    (list) =>
      js`  for (let at = ${first}; at < ${list}.length; at++) {\n    const item = ${list}[at];\n    if (!${fits}) return false;\n  }\n  return true;`,
  );
  return js`${loop}(${value})`;
}

export const lists: readonly Keyword[] = [
  prefixItems,
  additionalItems,
  items,
  contains,
  minContains,
  maxContains,
  unevaluatedItems,
  uniqueItems,
];
