import type { JsonObject, Value } from "../value.ts";
import { type Check, every, fitsAlways, Report, Seen } from "./check.ts";
import type { Around, Keyword, Sort } from "./keyword.ts";
import type { SchemaChecker } from "./schema-checker.ts";
import { typesOf, typeTests } from "./types.ts";

/** Both questions of a check. */
export function checkerBy(check: Check): SchemaChecker {
  return {
    fits: (value) => check(value, undefined, undefined),
    violations(value) {
      const told = new Report();
      check(value, told, undefined);
      return told.violations;
    },
  };
}

/** The check of `true` or `false`. */
export function constantCheck(schema: boolean): Check {
  return schema ? fitsAlways : (_, told) => told?.tell("false schema") ?? false;
}

/** The order in which violations are told: of keywords that all values have, then of those of each sort. */
const groups: readonly (Sort | undefined)[] = [undefined, "number", "string", "array", "object"];

/** The check of one schema, out of those of its keywords. */
export function nodeCheck(schema: JsonObject, known: readonly Keyword[], around: Around): Check {
  const types = typesOf(schema);
  const asked = known.filter(({ name }) => Object.hasOwn(schema, name));
  const ofSort = (sort: Sort | undefined): readonly Keyword[] =>
    asked.filter(({ of }) => (sort === undefined ? of === undefined : of?.includes(sort)));
  const [only] = types;
  // A single type that has keywords of its own is told of in their place.
  const inPlace = types.length === 1 && ofSort(only as Sort).length > 0 ? only : undefined;
  const wrongType: Check = (_, told) => told?.tell("type", { type: schema["type"] }) ?? false;
  const first: Check = (value, told, seen) =>
    types.some((type) => typeTests[type].is(value)) || wrongType(value, told, seen);
  const checks = groups.flatMap((sort): readonly Check[] => {
    const made = ofSort(sort).flatMap((keyword) => keyword.check?.(schema[keyword.name] as Value, around) ?? []);
    if (sort === undefined) return made;
    return made.length === 0 && sort !== inPlace
      ? []
      : [ofOneSort(sort, every(made), sort === inPlace ? wrongType : fitsAlways)];
  });
  const all = every(types.length === 0 || inPlace !== undefined ? checks : [first, ...checks]);
  return Object.hasOwn(schema, "unevaluatedProperties") || Object.hasOwn(schema, "unevaluatedItems")
    ? noting(all)
    : all;
}

function ofOneSort(sort: Sort, check: Check, otherwise: Check): Check {
  const { is } = typeTests[sort];
  return (value, told, seen) => (is(value) ? check : otherwise)(value, told, seen);
}

/** A check that notes what its keywords look at, for the one that asks for the rest. */
function noting(check: Check): Check {
  return (value, told, seen) => {
    const own = new Seen();
    const fits = check(value, told, own);
    // What does not fit is told of once: whoever asks for the rest need not add that it is there.
    if (fits || told !== undefined) seen?.add(own);
    return fits;
  };
}
