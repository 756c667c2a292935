import { anyOf, type Code, js } from "../../code.ts";
import { isScalar, type Scalar } from "../../operators/scalar.ts";
import { equal, type Value } from "../../value.ts";
import type { Keyword, Writing } from "../keyword.ts";

export const values: readonly Keyword[] = [
  {
    name: "const",
    must: "a value",
    accepts: () => true,
    check: (wanted) => (value, told) =>
      equal(value, wanted) || (told?.tell("const", { allowedValue: wanted }) ?? false),
    emit: (wanted, value, writing) => sameCode(value, wanted, writing),
  },
  {
    name: "enum",
    must: "a list of values",
    accepts: Array.isArray,
    check(given) {
      const allowedValues = given as readonly Value[];
      const isOne = membership(allowedValues);
      return (value, told) => isOne(value) || (told?.tell("enum", { allowedValues }) ?? false);
    },
    emit(given, value, writing) {
      const values = given as readonly Value[];
      return values.length > MOST_COMPARED && values.every(isScalar)
        ? js`${writing.constant(js`new Set(${{ json: values }})`)}.has(${value})`
        : anyOf(values.map((each) => sameCode(value, each, writing)));
    },
  },
];

function membership(values: readonly Value[]): (value: Value) => boolean {
  if (!values.every(isScalar)) return (value) => values.some((each) => equal(each, value));
  const scalars = new Set<Value>(values);
  return (value) => scalars.has(value as Scalar);
}

/** How many values are compared one by one in generated code. */
const MOST_COMPARED = 8;

function sameCode(value: Code, wanted: Value, { constant }: Writing): Code {
  return isScalar(wanted) ? js`${value} === ${wanted}` : js`equal(${value}, ${constant(js`${{ json: wanted }}`)})`;
}
