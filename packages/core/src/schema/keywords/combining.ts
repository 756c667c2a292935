import { allOf as allOfCode, anyOf as anyOfCode, type Code, joinCode, js } from "../../code.ts";
import type { Value } from "../../value.ts";
import { type Check, every, fitsAlways, Seen } from "../check.ts";
import { aSchema, type Keyword, type Schema, schemas, type Writing } from "../keyword.ts";

const not: Keyword = {
  name: "not",
  ...aSchema,
  check(given, { below }) {
    const check = below(given as Schema);
    return (value, told) => !check(value, undefined, undefined) || (told?.tell("not") ?? false);
  },
  emit(given, value, { below }) {
    const code = below(given as Schema, value);
    return code === undefined ? undefined : js`!${code}`;
  },
};

const anyOf: Keyword = {
  name: "anyOf",
  ...schemas,
  check(given, { below }) {
    const checks = (given as readonly Schema[]).map(below);
    return (value, told, seen) => {
      const before = told?.count ?? 0;
      let fits = false;
      for (const check of checks) {
        const own = seen === undefined ? undefined : new Seen();
        if (!check(value, told, own)) continue;
        fits = true;
        // All that fit have seen their part.
        if (seen === undefined || own === undefined) break;
        seen.add(own);
      }
      if (!fits) return told?.tell("anyOf") ?? false;
      told?.takeBack(before);
      return true;
    };
  },
  emit: (given, value, writing) => combined(given, value, writing, anyOfCode),
};

const oneOf: Keyword = {
  name: "oneOf",
  ...schemas,
  check(given, { below }) {
    const checks = (given as readonly Schema[]).map(below);
    return (value, told, seen) => {
      const before = told?.count ?? 0;
      let fitting = 0;
      for (const check of checks) {
        const own = seen === undefined ? undefined : new Seen();
        if (!check(value, told, own)) continue;
        fitting++;
        if (fitting === 2) break;
        if (own !== undefined) seen?.add(own);
      }
      if (fitting !== 1) return told?.tell("oneOf") ?? false;
      told?.takeBack(before);
      return true;
    };
  },
  emit: (given, value, writing) =>
    combined(given, value, writing, (codes) => {
      const counts = codes.map((code) => js`Number(${code})`);
      return js`(${joinCode(counts, js` + `)} === 1)`;
    }),
};

const allOf: Keyword = {
  name: "allOf",
  ...schemas,
  check: (given, { below }) => every((given as readonly Schema[]).map(below)),
  emit: (given, value, writing) => combined(given, value, writing, allOfCode),
};

function combined(
  given: Value,
  value: Code,
  { below }: Writing,
  join: (codes: readonly Code[]) => Code,
): Code | undefined {
  const codes = (given as readonly Schema[]).map((schema) => below(schema, value));
  return codes.every((code) => code !== undefined) ? join(codes) : undefined;
}

const condition: Keyword = {
  name: "if",
  ...aSchema,
  check(given, { schema, below }) {
    const holds = below(given as Schema);
    const [then, otherwise] = (["then", "else"] as const).map((name): Check => {
      const check = schema[name] === undefined ? fitsAlways : below(schema[name] as Schema);
      return (value, told, seen) => check(value, told, seen) || (told?.tell("if", { failingKeyword: name }) ?? false);
    }) as [Check, Check];
    return (value, told, seen) => {
      const own = seen === undefined ? undefined : new Seen();
      if (!holds(value, undefined, own)) return otherwise(value, told, seen);
      if (own !== undefined) seen?.add(own);
      return then(value, told, seen);
    };
  },
  emit(given, value, { schema, below }) {
    const [asked, then, otherwise] = [given, schema["then"] ?? true, schema["else"] ?? true].map((each) =>
      below(each as Schema, value),
    );
    return asked === undefined || then === undefined || otherwise === undefined
      ? undefined
      : js`(${asked} ? ${then} : ${otherwise})`;
  },
};

export const combining: readonly Keyword[] = [
  not,
  anyOf,
  oneOf,
  allOf,
  condition,
  { name: "then", ...aSchema },
  { name: "else", ...aSchema },
];
