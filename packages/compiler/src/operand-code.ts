import {
  anyOf,
  type Code,
  identifier,
  isOfIts,
  isScalar,
  js,
  type OperandIr,
  type Operator,
  operatorById,
  type ReferenceIr,
  read,
  type ServerIr,
} from "@mcpolicy/core";
import { type Emission, rootCode } from "./emission.ts";
import type { Frame } from "./frame.ts";
import { readFunction } from "./read-code.ts";
import { isShareable, operandKey } from "./shareable.ts";

/**
 * How a condition is asked. Kleene's three values fall into two questions: an allow asks whether a condition is *surely* true, a deny
 * whether it is *possibly* true. Each question has plain boolean code.
 */
export type Polarity = "surely" | "possibly";

/** Where code stands: in a function of `q` (and of the elements of quantifiers around it), with temporaries of its own. */
export interface Scope {
  readonly emission: Emission;
  readonly root: string | undefined;
  /** Quantified names in scope, outermost first: the third is `v2`. */
  readonly variables: readonly string[];
  /** Whether each of them stands for something of an earlier event. */
  readonly itsVariables: readonly boolean[];
  /** Temporaries of the function, declared at its start. */
  readonly temporaries: Code[];
  /** How the function reaches the request. */
  readonly frame: Frame;
  /** Slots of a flat frame whose values are known to be there where this code stands (`readable.ts`). */
  readonly readable?: ReadonlySet<string>;
  /** The servers that an earlier event may be of, and the code of a function from its server's name and its own to what is read as `tool`. */
  readonly servers: readonly ServerIr[];
  readonly toolFacts: () => Code;
}

/** Code of an operand's value, read as its type; `undefined` where it is unknown. */
export function operandCode(operand: OperandIr, scope: Scope): Code {
  return keptCode(operand, scope)?.value ?? freshCode(operand, scope);
}

/** The slot that keeps an operand's value; undefined of what is not kept. */
function slotOf(operand: OperandIr, { frame, emission, root }: Scope): string | undefined {
  if (frame.form === "event" || !isShareable(operand)) return undefined;
  const key = operandKey(operand, root);
  return frame.isShared(key) ? emission.slot(key) : undefined;
}

/** The same of a flat frame, where a slot is a variable of the function. */
export function flatSlot(operand: OperandIr, scope: Scope): string | undefined {
  return scope.frame.form === "flat" ? slotOf(operand, scope) : undefined;
}

/** A value that the request keeps once it is known. */
interface Kept {
  readonly value: Code;
  /** The place where it is after that. */
  readonly name: Code;
  /** Whether it is known to be there already, and not to be `undefined`. */
  readonly isReadable: boolean;
}

/** Undefined of what is not kept. */
function keptCode(operand: OperandIr, scope: Scope): Kept | undefined {
  const { frame, emission } = scope;
  const slot = slotOf(operand, scope);
  if (slot === undefined) return undefined;
  if (frame.form === "flat") {
    const name = identifier(slot);
    if (scope.readable?.has(slot)) return { name, value: name, isReadable: true };
    // Code is made in the order in which it runs: what is named for the first time was not read. Reading it twice would give the same.
    const isFirst = !frame.slots.has(slot);
    frame.slots.add(slot);
    const reading = js`(${name} = ${freshCode(operand, scope)})`;
    return { name, value: isFirst ? reading : js`(${name} === unset ? ${reading} : ${name})`, isReadable: false };
  }
  frame.slots.add(slot);
  const temporaries: Code[] = [];
  const fresh = freshCode(operand, { ...scope, variables: [], temporaries });
  const name = js`q.${identifier(slot)}`;
  const keep = emission.function(
    "r",
    (self) =>
      js`function ${self}(q) {\n  if (${name} !== unset) return ${name};\n  ${declaration(temporaries)}return (${name} = ${fresh});\n}`,
  );
  return { name, value: js`${keep}(q)`, isReadable: false };
}

function freshCode(operand: OperandIr, scope: Scope): Code {
  const { emission } = scope;
  const asRead = (value: Code): Code => js`read(${emission.type(operand.as)}, ${value}, ${rootOf(operand, scope)})`;
  switch (operand.kind) {
    case "constant":
      return constantCode(operand, scope);
    case "reference":
      return readCode(operand, scope);
    case "apply": {
      const { unreadable, result, isBool } = applyCode(operand, scope);
      const isRead = isBool || operatorById(operand.operator).isRead === true;
      const value = isRead ? result : asRead(result);
      return unreadable === undefined ? value : js`(${unreadable} ? undefined : ${value})`;
    }
    case "field": {
      const key = typeof operand.key === "string" ? js`${operand.key}` : operandCode(operand.key, scope);
      return asRead(js`step(${operandCode(operand.of, scope)}, ${key})`);
    }
    case "list":
      return asRead(js`every([${operand.items.map((item) => operandCode(item, scope))}])`);
    case "each":
      return asRead(eachCode(operand, scope));
    case "text": {
      const parts = operand.parts.map((part) =>
        typeof part === "string" ? js`${part}` : js`hole(${operandCode(part, scope)})`,
      );
      return asRead(js`join([${parts}])`);
    }
  }
}

/** A constant is read now; what is no text, number or truth then is read again when the module is loaded. */
function constantCode({ as, value }: ConstantIr, { emission, root, frame }: Scope): Code {
  const known = read(as, value, root);
  if (known === undefined) return js`undefined`;
  return isScalar(known) ? frame.literal(known) : emission.constant(as, value, root);
}

type ConstantIr = Extract<OperandIr, { readonly kind: "constant" }>;

/**
 * An operator applied: code of "some operand is unknown", which also sets the temporaries, and code of the result over them; no such code where
 * that is known not to be so. The result is a plain boolean where `isBool`; elsewhere it has still to be read, and may be `undefined`.
 */
export function applyCode(
  operand: Extract<OperandIr, { readonly kind: "apply" }>,
  scope: Scope,
): { readonly unreadable: Code | undefined; readonly result: Code; readonly isBool: boolean } {
  const row = operatorById(operand.operator);
  const fast = fastCode(row, operand.operands, scope);
  const names = operand.operands.map((each, index) => {
    return fast !== undefined && index === 1 && each.kind === "constant" ? undefined : namedCode(each, scope);
  });
  const tests = names.flatMap((each) => each?.test ?? []);
  const unreadable = tests.length === 0 ? undefined : anyOf(tests);
  if (fast !== undefined) {
    const [left, right] = names;
    const result = fast((left as Named).name, right?.name);
    if (result !== undefined) return { unreadable, result, isBool: true };
  }
  const codes = names.map((each, index) => each?.name ?? operandCode(operand.operands[index] as OperandIr, scope));
  return {
    unreadable,
    result: js`(${row.emit(...codes)})`,
    isBool: !row.partial && row.signatures.every((signature) => signature.at(-1) === "bool"),
  };
}

interface Named {
  readonly name: Code;
  /** That its value is unknown; asked before the name is used. Absent where it never is. */
  readonly test?: Code;
}

/** A name for an operand's value, and code that sets it. */
function namedCode(operand: OperandIr, scope: Scope): Named {
  if (operand.kind === "constant") {
    const name = constantCode(operand, scope);
    return read(operand.as, operand.value, scope.root) === undefined ? { name, test: js`true` } : { name };
  }
  const kept = keptCode(operand, scope);
  if (kept?.isReadable) return { name: kept.name };
  if (kept !== undefined) return { name: kept.name, test: js`${kept.value} === undefined` };
  const name = temporary(scope);
  return { name, test: js`(${name} = ${freshCode(operand, scope)}) === undefined` };
}

/** The better code that a row may have for two operands, as a function of their names. */
function fastCode(
  row: Operator,
  [left, right]: readonly OperandIr[],
  scope: Scope,
): ((left: Code, right: Code | undefined) => Code | undefined) | undefined {
  const { emitFast } = row;
  if (emitFast === undefined || left === undefined || right === undefined || left.kind === "constant") return undefined;
  const { literal } = scope.frame;
  if (right.kind !== "constant") {
    return (name, other) =>
      emitFast(name, { code: other as Code, type: right.as, constant: undefined, literal }, left.as);
  }
  const constant = read(right.as, right.value, scope.root);
  if (constant === undefined) return undefined;
  return (name) => {
    // The constant is spliced only where the row asks for it: a list of texts is often better in its parts.
    const lazily = {
      type: right.as,
      constant,
      literal,
      get code(): Code {
        return constantCode(right, scope);
      },
    };
    return emitFast(name, lazily, left.as);
  };
}

/** A loop of its own that gives the values of all elements; unknown over what is no list, or where one value is. */
function eachCode(operand: Extract<OperandIr, { readonly kind: "each" }>, scope: Scope): Code {
  return loopCode(
    "l",
    operand,
    scope,
    (element, within) => js`  if (!Array.isArray(list)) return undefined;
  const values = [];
  for (const ${element} of list) {
    const value = ${operandCode(operand.value, within)};
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;`,
  );
}

/**
 * A function of its own about the elements of an operand, and the code that calls it. `body` is what it does with `list`, the operand's value;
 * it is given the name of an element, and the scope in which the variable stands for it.
 */
export function loopCode(
  word: string,
  { variable, over }: { readonly variable: string; readonly over: OperandIr },
  scope: Scope,
  body: (element: Code, within: Scope) => Code,
): Code {
  const parameters = [js`q`, ...scope.variables.map((_, index) => variableName(index))];
  const temporaries: Code[] = [];
  const list = operandCode(over, { ...scope, temporaries });
  const within = { ...scope, ...withVariable(variable, over, scope), temporaries };
  const code = body(variableName(scope.variables.length), within);
  const name = scope.emission.function(
    word,
    (loop) => js`function ${loop}(${parameters}) {
  ${declaration(temporaries)}const list = ${list};
${code}
}`,
  );
  return js`${name}(${parameters})`;
}

/** Code of where a reference starts and the steps along its path: a value, `absent`, or `undefined`. */
export function foundCode(reference: ReferenceIr, path: ReferenceIr["path"], scope: Scope): Code {
  let code = startCode(reference, scope);
  for (const key of path) code = js`step(${code}, ${key})`;
  return code;
}

function readCode(reference: ReferenceIr, scope: Scope): Code {
  const { emission, root, frame } = scope;
  if (isPlainRoot(reference.root) && frame.form !== "event" && reference.path.length > 0) {
    return js`${readFunction(reference, root, emission)}(${startCode(reference, scope)})`;
  }
  const [field, ...path] = reference.path;
  if (reference.root === "its" && field === "args" && path.length > 0 && reference.fallback === undefined) {
    // An event always has arguments; nothing else of it is as sure.
    return js`${readFunction({ ...reference, path }, undefined, emission)}(${startCode(reference, scope)}.args, q.itsRoot)`;
  }
  const type = emission.type(reference.as);
  const found = foundCode(reference, reference.path, scope);
  const below = rootOf(reference, scope);
  if (reference.fallback === undefined) return js`read(${type}, ${found}, ${below})`;
  const fallback = isOfOtherServer(reference, scope)
    ? js`read(${type}, ${{ json: reference.fallback }}, ${below})`
    : emission.constant(reference.as, reference.fallback, root);
  return js`readOr(${type}, ${found}, ${below}, ${fallback})`;
}

/** Code of where an operand's relative paths hang: below the server that is asked, or the one that the earlier event was of. */
function rootOf(operand: OperandIr, scope: Scope): Code {
  return isOfOtherServer(operand, scope) ? js`q.itsRoot` : rootCode(scope.root);
}

function isOfOtherServer(operand: OperandIr, { variables, itsVariables }: Scope): boolean {
  return isOfIts(operand, (name) => itsVariables[variables.lastIndexOf(name)] === true);
}

/** The scope's names with one more, which stands for the elements of an operand. */
function withVariable(name: string, over: OperandIr, scope: Scope): Pick<Scope, "variables" | "itsVariables"> {
  return {
    variables: [...scope.variables, name],
    itsVariables: [...scope.itsVariables, isOfOtherServer(over, scope)],
  };
}

/** What a request always has. */
function isPlainRoot(root: ReferenceIr["root"]): boolean {
  return root === "args" || root === "principal" || root === "context";
}

function startCode(reference: ReferenceIr, scope: Scope): Code {
  if (reference.root !== "variable") return scope.frame.start(reference.root);
  const depth = scope.variables.lastIndexOf(reference.variable ?? "");
  return depth < 0 ? js`undefined` : variableName(depth);
}

/** The name of the quantified element at a depth: `v0`, `v1`, … */
function variableName(depth: number): Code {
  return identifier(`v${depth}`);
}

function temporary(scope: Scope): Code {
  const name = identifier(`x${scope.temporaries.length}`);
  scope.temporaries.push(name);
  return name;
}

/** `let x0, x1;` and a new line, or nothing. */
export function declaration(temporaries: readonly Code[]): Code {
  return temporaries.length === 0 ? js`` : js`let ${temporaries};\n  `;
}
