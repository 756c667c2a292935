import { membersOf, type Type } from "@mcpolicy/core";
import type { Expression } from "./ast.ts";
import { listOf, plain, recordOf, unionOf } from "./types.ts";

/** What holds of names where a condition is looked at, because of what stands beside it. */
export interface Facts {
  /** Keys (`keyOf`) of what is there: that of which `has` is true, and all that it is a part of. */
  readonly present: ReadonlySet<string>;
  /** What `is` says, by key. */
  readonly kinds: ReadonlyMap<string, readonly KindFact[]>;
}

interface KindFact {
  /** The word behind `is`: `string`, `list`. */
  readonly word: string;
  readonly holds: boolean;
}

export const noFacts: Facts = { present: new Set(), kinds: new Map() };

/** Both sets of facts together. */
export function joinFacts(all: readonly Facts[]): Facts {
  const some = all.filter((facts) => facts !== noFacts);
  if (some.length <= 1) return some[0] ?? noFacts;
  const present = new Set<string>();
  const kinds = new Map<string, readonly KindFact[]>();
  for (const facts of some) {
    for (const key of facts.present) present.add(key);
    for (const [key, said] of facts.kinds) {
      const known = kinds.get(key) ?? [];
      const added = said.filter((fact) => !known.some((each) => each.word === fact.word && each.holds === fact.holds));
      kinds.set(key, [...known, ...added]);
    }
  }
  return { present, kinds };
}

/**
 * A name and its constant steps as one text, so that `args.x` and `args["x"]` are the same; undefined for what is computed. Names
 * are joined by a character that no policy can write, so that no key can pose as another.
 */
export function keyOf(expression: Expression): string | undefined {
  switch (expression.kind) {
    case "name":
      return expression.name.text;
    case "member":
      return stepKey(keyOf(expression.of), expression.key.text);
    case "index": {
      const { key } = expression;
      const constant = key.kind === "string" || key.kind === "number" ? key.value : undefined;
      return constant === undefined ? undefined : stepKey(keyOf(expression.of), constant);
    }
    default:
      return undefined;
  }
}

/** The key of a part. */
export function stepKey(of: string | undefined, step: string | number): string | undefined {
  return of === undefined ? undefined : `${of}\u0000${JSON.stringify(step)}`;
}

/** Whether something is known to be there: `has` holds of it or of a part of it. */
export function isPresent(key: string, facts: Facts): boolean {
  return facts.present.has(key);
}

/** The key and those of all that it is a part of. */
function withWholes(key: string): ReadonlySet<string> {
  const steps = key.split("\u0000");
  return new Set(steps.map((_, index) => steps.slice(0, index + 1).join("\u0000")));
}

/** What must hold of names for the expression to be true, or false (`truth`). Never more than it implies. */
export function factsOf(expression: Expression, truth: boolean): Facts {
  switch (expression.kind) {
    case "has": {
      const key = keyOf(expression.path);
      return truth && key !== undefined ? { present: withWholes(key), kinds: noFacts.kinds } : noFacts;
    }
    case "test": {
      const key = keyOf(expression.operand);
      const word = expression.operator.replace(/^is /, "");
      return key !== undefined && Object.hasOwn(tested, word)
        ? { present: noFacts.present, kinds: new Map([[key, [{ word, holds: truth }]]]) }
        : noFacts;
    }
    case "not":
      return factsOf(expression.part, !truth);
    case "and":
    case "or": {
      const parts = expression.parts.map((part) => factsOf(part, truth));
      // A conjunction that is true has all its parts true; of one that is false, only what each part would imply is sure.
      return (expression.kind === "and") === truth ? joinFacts(parts) : commonFacts(parts);
    }
    default:
      return noFacts;
  }
}

function commonFacts(all: readonly Facts[]): Facts {
  const [first, ...rest] = all;
  if (first === undefined) return noFacts;
  return {
    present: new Set([...first.present].filter((key) => rest.every((facts) => facts.present.has(key)))),
    kinds: new Map(
      [...first.kinds].map(([key, said]) => [
        key,
        said.filter((fact) =>
          rest.every((facts) =>
            (facts.kinds.get(key) ?? []).some((each) => each.word === fact.word && each.holds === fact.holds),
          ),
        ),
      ]),
    ),
  };
}

/** What `is WORD` asks for: the kinds that pass, and the type of what passed, where nothing better is known. */
const tested: Readonly<Record<string, { readonly kinds: readonly Type["kind"][]; readonly type: Type }>> = {
  string: { kinds: ["string", "enum", "path", "url", "ip", "mail"], type: plain("string") },
  bool: { kinds: ["bool"], type: plain("bool") },
  int: { kinds: ["int"], type: plain("int") },
  number: { kinds: ["int", "number"], type: plain("number") },
  null: { kinds: ["null"], type: plain("null") },
  list: { kinds: ["list"], type: listOf(plain("any")) },
  record: { kinds: ["record"], type: recordOf({}, true) },
};

/** A type as the facts narrow it. */
export function narrowType(type: Type, key: string | undefined, facts: Facts): Type {
  let narrowed = type;
  for (const fact of key === undefined ? [] : (facts.kinds.get(key) ?? [])) {
    const test = tested[fact.word];
    if (test === undefined) continue;
    const passing = membersOf(narrowed).filter((member) => test.kinds.includes(member.kind));
    if (fact.holds) narrowed = passing.length > 0 ? unionOf(passing) : test.type;
    else {
      const others = membersOf(narrowed).filter((member) => !passing.includes(member));
      if (others.length > 0 && narrowed.kind !== "any") narrowed = unionOf(others);
    }
  }
  return narrowed;
}
