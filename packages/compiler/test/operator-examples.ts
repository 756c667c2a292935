import {
  type ConditionIr,
  type Example,
  type OperandIr,
  type Operator,
  type PlainKind,
  read,
  type Shape,
  type Type,
  type Value,
} from "@mcpolicy/core";
import { place } from "../../runtime/test/small-policies.ts";

/** What the checker reads an operand of a shape as. */
const types: Partial<Record<Shape, Type>> = {
  record: { kind: "record", fields: {}, open: true },
  text: { kind: "string" },
  name: { kind: "string" },
  "any!": { kind: "any" },
  "path!": { kind: "path" },
  "path+": list({ kind: "path" }),
  "glob+": list({ kind: "glob" }),
  "command+": list({ kind: "command" }),
  "detector+": list({ kind: "detector" }),
  T: { kind: "any" },
  ordered: { kind: "number" },
  "list<T>": list({ kind: "any" }),
  "list<any>": list({ kind: "any" }),
  "list<string>": list({ kind: "string" }),
  "list<number>": list({ kind: "number" }),
  "list<path>": list({ kind: "path" }),
};

/** Shapes of what stands in a policy as a constant. */
const constants: readonly Shape[] = [
  "path+", "glob+", "command+", "detector", "detector+", "regex", "domain", "cidr", "window", "range",
]; // biome-ignore format: a list of words

function list(element: Type): Type {
  return { kind: "list", element };
}

function typeOf(shape: Shape): Type {
  return types[shape] ?? { kind: shape as PlainKind };
}

const reference = (name: string, as: Type): OperandIr => ({ kind: "reference", root: "args", path: [name], as });
const constant = (value: Value, as: Type): OperandIr => ({ kind: "constant", value, as });
/** What the operands are called. */
export const names: readonly string[] = ["a", "b", "c"];

/** `args.a OP args.b` where the result is a truth; else `F(args.a) == RESULT`. */
export function question(row: Operator, signature: Operator["signatures"][number], example: Example): ConditionIr {
  const given = example.slice(0, -1) as Value[];
  const operands = given.map((value, index) => {
    const shape = signature[index]!;
    const isConstant = constants.includes(shape) && index > 0;
    return isConstant ? constant(value, typeOf(shape)) : reference(names[index]!, typeOf(shape));
  });
  const result = signature.at(-1)!;
  const applied: OperandIr = { kind: "apply", operator: row.id, operands, as: typeOf(result) };
  const at = { place, text: row.spelling };
  if (result === "bool") return { kind: "atom", operand: applied, at };
  const expected = constant(example.at(-1) ?? null, { kind: "any" });
  const compared: OperandIr = { kind: "apply", operator: "equal", operands: [applied, expected], as: { kind: "bool" } };
  return { kind: "atom", operand: compared, at };
}

/** The overload that the checker would take: the first of the example's arity whose operands can be read. */
export function signatureOf(row: Operator, example: Example): Operator["signatures"][number] | undefined {
  const fitting = row.signatures.filter((each) => each.length === example.length);
  const isRead = (value: Value | undefined, index: number, shapes: readonly Shape[]) =>
    read(typeOf(shapes[index]!), value, undefined) !== undefined;
  const readable = fitting.find((shapes) => example.slice(0, -1).every((value, index) => isRead(value, index, shapes)));
  return readable ?? fitting[0];
}
