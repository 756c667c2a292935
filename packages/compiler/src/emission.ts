import {
  type Code,
  type ConditionIr,
  type EventsIr,
  identifier,
  js,
  type OperandIr,
  type ReferenceIr,
  type Type,
  type Value,
} from "@mcpolicy/core";

/**
 * What the parts of a generated module share: types, constants, reads and functions, each written once, named by the emission. Names
 * are made here only, from a letter and a count, so that no text of a policy becomes a name.
 */
export class Emission {
  readonly #names = new Map<string, Code>();
  readonly #lines: Code[] = [];
  readonly #uses: ReadonlyMap<string, number>;
  readonly #counts = new Map<string, number>();
  #slots = 0;

  /** `uses` tells how often the policy reads each reference, by `readKey`. */
  constructor(uses: ReadonlyMap<string, number>) {
    this.#uses = uses;
  }

  /** The lines written so far, in the order in which they can run. */
  get lines(): readonly Code[] {
    return this.#lines;
  }

  /** How many slots for shared reads a request needs: `q.r0`, `q.r1`, … */
  get slots(): number {
    return this.#slots;
  }

  /** Whether a function of that letter was written. */
  hasAny(letter: string): boolean {
    return this.#counts.has(letter);
  }

  type(type: Type): Code {
    return this.#named("t", js`${{ json: type }}`);
  }

  path(path: readonly (string | number)[]): Code {
    return this.#named("p", js`${{ json: path }}`);
  }

  /** A constant, read once when the module is loaded. */
  constant(as: Type, value: Value, root: string | undefined): Code {
    return this.#named("c", js`read(${this.type(as)}, ${{ json: value }}, ${rootCode(root)})`);
  }

  /** A function of `q` and further parameters; the same function is written once. */
  function(letter: string, text: (name: Code) => Code): Code {
    const key = `${letter} ${text(identifier("_")).text}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = this.#name(letter);
    this.#names.set(key, name);
    this.#lines.push(text(name));
    return name;
  }

  /** Whether a read stands in several places, so that a request keeps its result. */
  isShared(reference: ReferenceIr, root: string | undefined): boolean {
    return (this.#uses.get(readKey(reference, root)) ?? 0) > 1;
  }

  /** A function that does a read once per request, in a slot of `q` of its own. */
  shared(read: Code): Code {
    const key = `shared ${read.text}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const slot = identifier(`r${this.#slots++}`);
    const name = this.function(
      "r",
      (self) => js`const ${self} = (q) => (q.${slot} === unset ? (q.${slot} = ${read}) : q.${slot});`,
    );
    this.#names.set(key, name);
    return name;
  }

  #named(letter: string, code: Code): Code {
    const key = `${letter} ${code.text}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = this.#name(letter);
    this.#names.set(key, name);
    this.#lines.push(js`const ${name} = ${code};`);
    return name;
  }

  #name(letter: string): Code {
    const count = this.#counts.get(letter) ?? 0;
    this.#counts.set(letter, count + 1);
    return identifier(`${letter}${count}`);
  }
}

/** What tells one read from another: the same key always gives the same value within a request. */
export function readKey(reference: ReferenceIr, root: string | undefined): string {
  const { root: of, path, fallback, as } = reference;
  return JSON.stringify([of, path, fallback ?? null, fallback === undefined, as, root ?? null]);
}

/**
 * Every reference of a condition to the present request, each time that it stands there, but for quantified names; those under `has`
 * if asked for. What a capability's condition reads of an earlier event is not among them, nor is `its`.
 */
export function referencesOf(condition: ConditionIr, withHas: boolean): readonly ReferenceIr[] {
  switch (condition.kind) {
    case "constant":
      return [];
    case "has":
      return withHas ? [condition.reference] : [];
    case "and":
    case "or":
      return condition.parts.flatMap((part) => referencesOf(part, withHas));
    case "not":
      return referencesOf(condition.part, withHas);
    case "atom":
      return operandReferences(condition.operand);
    case "carries":
      return [];
    case "happened":
      return eventReferences(condition.events, withHas);
    case "tally": {
      const { tally, bound } = condition;
      const of = tally.kind === "count" ? [] : operandReferences(tally.of);
      return [...of, ...operandReferences(bound), ...eventReferences(tally.events, withHas)];
    }
    case "every":
    case "some":
      return [...operandReferences(condition.over), ...referencesOf(condition.body, withHas)];
  }
}

function eventReferences(events: EventsIr, withHas: boolean): readonly ReferenceIr[] {
  return [events.with, events.since?.with].flatMap((each) => (each === undefined ? [] : referencesOf(each, withHas)));
}

function operandReferences(operand: OperandIr): readonly ReferenceIr[] {
  switch (operand.kind) {
    case "constant":
      return [];
    case "reference":
      return operand.root === "variable" || operand.root === "its" ? [] : [operand];
    case "apply":
      return operand.operands.flatMap(operandReferences);
    case "field":
      return [
        ...operandReferences(operand.of),
        ...(typeof operand.key === "string" ? [] : operandReferences(operand.key)),
      ];
    case "list":
      return operand.items.flatMap(operandReferences);
    case "each":
      return [...operandReferences(operand.over), ...operandReferences(operand.value)];
    case "text":
      return operand.parts.flatMap((part) => (typeof part === "string" ? [] : operandReferences(part)));
  }
}

/** A server's root as code: a literal, or `undefined` where there is none. */
export function rootCode(root: string | undefined): Code {
  return root === undefined ? js`undefined` : js`${root}`;
}
