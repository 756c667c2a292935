import {
  type Code,
  identifier,
  joinCode,
  js,
  type OperandIr,
  operatorById,
  type ReferenceIr,
  type ServerIr,
} from "@mcpolicy/core";
import { type Emission, rootCode } from "./emission.ts";

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
  /** Temporaries of the function, declared at its start. */
  readonly temporaries: Code[];
  /** About an earlier event as if it were the request: it has no slots for shared reads. */
  readonly ofEvent: boolean;
  /** The servers that an earlier event may be of, and the code of a function from its operation to what is read as `tool`. */
  readonly servers: readonly ServerIr[];
  readonly toolFacts: () => Code;
}

/** Code of an operand's value, read as its type; `undefined` where it is unknown. */
export function operandCode(operand: OperandIr, scope: Scope): Code {
  const { emission, root } = scope;
  const asRead = (value: Code): Code => js`read(${emission.type(operand.as)}, ${value}, ${rootCode(root)})`;
  switch (operand.kind) {
    case "constant":
      return emission.constant(operand.as, operand.value, root);
    case "reference":
      return referenceCode(operand, scope);
    case "apply": {
      const { unreadable, result, isBool } = applyCode(operand, scope);
      return js`(${unreadable} ? undefined : ${isBool ? result : asRead(result)})`;
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

/**
 * An operator applied: code of "some operand is unknown", which also sets the temporaries, and code of the result over them. The
 * result is a plain boolean where `isBool`; elsewhere it has still to be read, and may be `undefined`.
 */
export function applyCode(
  operand: Extract<OperandIr, { readonly kind: "apply" }>,
  scope: Scope,
): { readonly unreadable: Code; readonly result: Code; readonly isBool: boolean } {
  const row = operatorById(operand.operator);
  const names = operand.operands.map((each): { readonly name: Code; readonly test: Code } => {
    const code = operandCode(each, scope);
    if (each.kind === "constant") return { name: code, test: js`${code} === undefined` };
    const name = temporary(scope);
    return { name, test: js`(${name} = ${code}) === undefined` };
  });
  return {
    unreadable:
      names.length === 0
        ? js`false`
        : js`(${joinCode(
            names.map(({ test }) => test),
            js` || `,
          )})`,
    result: js`(${row.emit(...names.map(({ name }) => name))})`,
    isBool: !row.partial && row.signatures.every((signature) => signature.at(-1) === "bool"),
  };
}

/** A loop of its own that gives the values of all elements; unknown over what is no list, or where one value is. */
function eachCode({ variable, over, value }: Extract<OperandIr, { readonly kind: "each" }>, scope: Scope): Code {
  const outer = scope.variables.map((_, index) => variableName(index));
  const element = variableName(scope.variables.length);
  const temporaries: Code[] = [];
  const list = operandCode(over, { ...scope, temporaries });
  const each = operandCode(value, { ...scope, variables: [...scope.variables, variable], temporaries });
  const name = scope.emission.function(
    "l",
    (loop) => js`function ${loop}(${[js`q`, ...outer]}) {
  ${declaration(temporaries)}const list = ${list};
  if (!Array.isArray(list)) return undefined;
  const values = [];
  for (const ${element} of list) {
    const value = ${each};
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}`,
  );
  return js`${name}(${[js`q`, ...outer]})`;
}

/** Code of where a reference starts and the steps along its path: a value, `absent`, or `undefined`. */
export function foundCode(reference: ReferenceIr, path: ReferenceIr["path"], scope: Scope): Code {
  let code = startCode(reference, scope);
  for (const key of path) code = js`step(${code}, ${key})`;
  return code;
}

function referenceCode(reference: ReferenceIr, scope: Scope): Code {
  const isOwn = reference.root === "variable" || reference.root === "its" || scope.ofEvent;
  if (isOwn || !scope.emission.isShared(reference, scope.root)) return readCode(reference, scope);
  // A read that stands in several places is done once per request, when it is first asked for.
  const read = js`${readCode(reference, { ...scope, variables: [], temporaries: [] })}`;
  const name = scope.emission.shared(read);
  return js`${name}(q)`;
}

function readCode(reference: ReferenceIr, scope: Scope): Code {
  const { emission, root } = scope;
  const type = emission.type(reference.as);
  const found = foundCode(reference, reference.path, scope);
  if (reference.fallback === undefined) return js`read(${type}, ${found}, ${rootCode(root)})`;
  const fallback = emission.constant(reference.as, reference.fallback, root);
  return js`readOr(${type}, ${found}, ${rootCode(root)}, ${fallback})`;
}

function startCode(reference: ReferenceIr, scope: Scope): Code {
  if (reference.root !== "variable") return js`q.${identifier(reference.root)}`;
  const depth = scope.variables.lastIndexOf(reference.variable ?? "");
  return depth < 0 ? js`undefined` : variableName(depth);
}

/** The name of the quantified element at a depth: `v0`, `v1`, … */
export function variableName(depth: number): Code {
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
