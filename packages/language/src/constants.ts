import type { Type } from "@mcpolicy/core";
import { detectors, typeOfConstant, type Value } from "@mcpolicy/core";
import type { Expression, Let } from "./ast.ts";
import { longestChain } from "./bounds.ts";
import { tableOf } from "./data.ts";
import type { Scope } from "./scope.ts";
import { listOf, plain, unionOf } from "./types.ts";

/** A value that the policy writes out, with its type by its spelling. */
export interface Constant {
  readonly value: Value;
  readonly type: Type;
}

/** The type of all of them together, in one pass: a list may be long. */
export function elementType(values: readonly Value[]): Type {
  if (values.length === 0) return plain("any");
  const texts = new Set<string>();
  const others = new Map<string, Type>();
  for (const value of values) {
    if (typeof value === "string") texts.add(value);
    else {
      const type = typeOfConstant(value);
      others.set(type.kind === "list" ? JSON.stringify(type) : type.kind, type);
    }
  }
  return unionOf([...(texts.size === 0 ? [] : [{ kind: "enum" as const, values: [...texts] }]), ...others.values()]);
}

/** Types that a constant has by its spelling, not by its value. */
const spelledKinds: ReadonlySet<Type["kind"]> = new Set(["regex", "time", "duration", "range"]);

/** A list of what is written out. Beside a detector's name a regular expression is a detector, too; nothing else is. */
export function listConstant(items: readonly Constant[]): Constant {
  const value = items.map((item) => item.value);
  if (items.some(({ type }) => type.kind === "detector")) {
    const others = items.filter(({ type }) => type.kind !== "detector" && type.kind !== "regex");
    if (others.length === 0) return { value: items.map(detectorValue), type: listOf(plain("detector")) };
    return { value, type: listOf(unionOf([plain("detector"), elementType(others.map((each) => each.value))])) };
  }
  const spelled = items.find(({ type }) => spelledKinds.has(type.kind));
  return { value, type: listOf(spelled === undefined ? elementType(value) : spelled.type) };
}

/** A constant as a detector is read, or a list of them: regular expressions are marked, so that none passes for a built-in's name. */
export function detectorValue({ value, type }: Constant): Value {
  if (type.kind === "regex") return { regex: value };
  if (type.kind !== "list" || type.element.kind !== "regex") return value;
  return (value as readonly Value[]).map((regex) => ({ regex }));
}

/** What each `let` stands for, looked up once: chains of them are walked again and again otherwise. */
const constants = new WeakMap<Let, Constant | undefined>();

/**
 * The value of what is written out: a literal, a list or range of literals, or a `let` of one. Undefined for anything computed, and
 * for text with holes. A `let` that leads back to itself has no value.
 */
export function constantOf(expression: Expression, scope: Scope, trail: readonly string[] = []): Constant | undefined {
  switch (expression.kind) {
    case "string":
    case "number":
    case "bool":
      return { value: expression.value, type: typeOfConstant(expression.value) };
    case "null":
      return { value: null, type: plain("null") };
    case "duration":
      return { value: expression.value, type: plain("duration") };
    case "date":
      return { value: expression.value, type: plain("time") };
    case "regex":
      return { value: expression.source, type: plain("regex") };
    case "list": {
      const items = expression.items.map((item) => constantOf(item, scope, trail));
      if (!items.every((item) => item !== undefined)) return undefined;
      return listConstant(items);
    }
    case "range": {
      const low = constantOf(expression.low, scope, trail);
      const high = constantOf(expression.high, scope, trail);
      if (low === undefined || high === undefined) return undefined;
      return { value: [low.value, high.value], type: plain("range") };
    }
    case "name": {
      const { text } = expression.name;
      if (detectors.has(text)) return { value: text, type: plain("detector") };
      const found = scope.constants.get(text);
      if (found === undefined || found.parameters !== undefined || trail.includes(text)) return undefined;
      if (trail.length >= longestChain) return undefined;
      if (!constants.has(found)) constants.set(found, constantOf(found.value, scope, [...trail, text]));
      return constants.get(found);
    }
    case "member":
    case "index":
      return tablePart(expression, scope, trail);
    default:
      return undefined;
  }
}

/** `data.NAME` and constant steps into it. */
function tablePart(
  expression: Expression & { readonly kind: "member" | "index" },
  scope: Scope,
  trail: readonly string[],
): Constant | undefined {
  const { of } = expression;
  const key = expression.kind === "member" ? expression.key.text : constantOf(expression.key, scope, trail)?.value;
  if (typeof key !== "string" && typeof key !== "number") return undefined;
  if (of.kind === "name" && of.name.text === "data") return scope.tables.get(String(key));
  if (of.kind !== "member" && of.kind !== "index") return undefined;
  const whole = tablePart(of, scope, trail);
  return whole === undefined ? undefined : partOf(whole, key);
}

/** A part of a constant; undefined where it has none of this key. */
export function partOf({ value }: Constant, key: string | number): Constant | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  const part = (value as Readonly<Record<string | number, Value>>)[key]!;
  return typeof part === "string" ? { value: part, type: typeOfConstant(part) } : tableOf(part);
}
