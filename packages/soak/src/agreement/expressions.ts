import { type Operator, operators, type Shape, type Signature, type Type } from "@mcpolicy/core";
import type { Random } from "./random.ts";
import { fits, type Reference, referencesIn } from "./references.ts";
import { samples } from "./samples.ts";

/** What a condition is made from. */
export interface Scope {
  readonly random: Random;
  readonly references: readonly Reference[];
  /** Of a `deny` each optional value is guarded; of an `allow` some are read bare. */
  readonly narrowing: boolean;
  /** Whether `tool` can be read. */
  readonly aboutTools: boolean;
  /** How many quantifiers stand around. */
  readonly quantified: number;
}

/** Rows with a signature, as the checker offers them, by what they give. */
interface Use {
  readonly row: Operator;
  readonly operands: readonly Shape[];
  readonly result: Shape;
}

const uses: readonly Use[] = operators
  .filter(({ level }) => level !== "logic")
  .flatMap((row) => row.signatures.map((signature: Signature) => useOf(row, signature)));
const giving = (result: Shape): readonly Use[] => uses.filter((use) => use.result === result);
const atoms = giving("bool");

function useOf(row: Operator, signature: Signature): Use {
  return { row, operands: signature.slice(0, -1) as readonly Shape[], result: signature.at(-1)! };
}

/** A condition of random shape, well typed as far as the table says; what the checker refuses all the same is dropped later. */
export function condition(scope: Scope, depth: number): string {
  const { random } = scope;
  const roll = random.next();
  if (depth > 0) {
    if (roll < 0.14) return `${part(scope, depth - 1)} and ${part(scope, depth - 1)}`;
    if (roll < 0.28) return `${part(scope, depth - 1)} or ${part(scope, depth - 1)}`;
    if (roll < 0.36) return `not ${part(scope, depth - 1)}`;
    if (roll < 0.52) return quantifier(scope, depth - 1) ?? atom(scope);
  }
  if (roll < 0.16) return quantifier(scope, 0) ?? atom(scope);
  if (roll < 0.2) return sum(scope) ?? atom(scope);
  if (roll > 0.97) return random.pick(["true", "false"]);
  if (roll > 0.94) return presence(scope) ?? atom(scope);
  return atom(scope);
}

function part(scope: Scope, depth: number): string {
  return `(${condition(scope, depth)})`;
}

function presence({ random, references }: Scope): string | undefined {
  const optional = references
    .filter((each) => each.optional || each.type.kind === "any")
    .filter(({ text }) => text.includes("."));
  return optional.length === 0 ? undefined : `has ${random.pick(optional).text}`;
}

function quantifier(scope: Scope, depth: number): string | undefined {
  const { random, references, quantified } = scope;
  if (quantified > 0) return undefined;
  const lists = references.filter(({ type }) => type.kind === "list");
  const everything: readonly Reference[] = references.some(({ text }) => text === "args")
    ? [
        { text: "paths(args)", type: { kind: "list", element: { kind: "path" } }, optional: false },
        { text: "strings(args)", type: { kind: "list", element: { kind: "string" } }, optional: false },
      ]
    : [];
  const from = random.chance(0.7) && lists.length > 0 ? lists : everything;
  if (from.length === 0) return undefined;
  const over = random.pick(from);
  const element: Type = over.type.kind === "list" ? over.type.element : { kind: "any" };
  const inner = [
    ...referencesIn("item", element),
    ...random.some(references, 2).filter(({ type }) => type.kind !== "list"),
  ];
  const body = condition({ ...scope, references: inner, quantified: quantified + 1 }, Math.min(depth, 1));
  const text = `${random.pick(["every", "some"])} item in ${over.text}: (${body})`;
  return over.optional && (scope.narrowing || random.chance(0.6)) ? `has ${over.text} and (${text})` : text;
}

/** `sum of VALUE for item in LIST` against a number. */
function sum(scope: Scope): string | undefined {
  const { random, references, narrowing } = scope;
  const lists = references.filter(
    ({ text, type }) => type.kind === "list" && (scope.quantified === 0 || text.startsWith("item")),
  );
  if (lists.length === 0) return undefined;
  const over = random.pick(lists);
  const element: Type = over.type.kind === "list" ? over.type.element : { kind: "any" };
  const name = scope.quantified === 0 ? "item" : "part";
  const used: Reference[] = [];
  const inner: Scope = { ...scope, references: referencesIn(name, element), quantified: scope.quantified + 1 };
  const value = operand("number", inner, used, true, 1) ?? operand("int", inner, used, true, 1);
  if (value === undefined || !value.includes(name)) return undefined;
  const text = `sum of ${value} for ${name} in ${over.text} ${random.pick(["<", "<=", ">", ">=", "=="])} ${random.pick([0, 1, 3, 9, 2.5])}`;
  return over.optional && (narrowing || random.chance(0.6)) ? `has ${over.text} and ${text}` : text;
}

/** One row of the table, or a flag as it stands. */
export function atom(scope: Scope): string {
  const { random } = scope;
  for (let tries = 0; tries < 20; tries += 1) {
    const used: Reference[] = [];
    if (scope.aboutTools && scope.quantified === 0 && random.chance(0.08)) return hint(random);
    const text = random.chance(0.06) ? flagOf(scope, used) : comparison(random.pick(atoms), scope, used);
    if (text !== undefined) return guarded(text, used, scope);
  }
  return scope.random.pick(["context.risk < 5", "context.risk >= 1", 'principal.id == "a"', '"a" in principal.grants']);
}

function hint(random: Random): string {
  return `tool.annotations.${random.pick(["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"])}`;
}

function flagOf({ random, references }: Scope, used: Reference[]): string | undefined {
  const flags = references.filter(({ type }) => type.kind === "bool");
  return flags.length === 0 ? undefined : say(random.pick(flags), random, used);
}

function guarded(text: string, used: readonly Reference[], { narrowing, random }: Scope): string {
  const open = used.filter((each) => each.optional && text.includes(each.text) && !text.includes(`${each.text} ??`));
  if (open.length === 0 || !(narrowing || random.chance(0.5))) return text;
  return [...new Set(open.map((each) => `has ${each.text}`)), `(${text})`].join(" and ");
}

function comparison(use: Use, scope: Scope, used: Reference[]): string | undefined {
  if (use.row.narrowingOnly && !scope.narrowing) return undefined;
  const alike = use.operands.includes("T") || use.operands.includes("ordered") || use.operands.includes("list<T>");
  if (alike) return alikeComparison(use, scope, used);
  const operands = use.operands.map((shape, index) => operand(shape, scope, used, index === 0, 1));
  return operands.includes(undefined) ? undefined : spelled(use, operands as string[]);
}

/** `==`, `<`, `in`: both sides of one type, which the left side gives. */
function alikeComparison(use: Use, scope: Scope, used: Reference[]): string | undefined {
  const { random, references } = scope;
  const [leftShape, rightShape] = use.operands;
  if (leftShape === undefined || rightShape === undefined) return undefined;
  const able = references.filter(({ text, type }) => fits(type, leftShape) && text !== "args");
  const calls = leftShape === "ordered" ? giving("int") : [];
  const texts = references.filter(({ type }) => type.kind === "string");
  if (leftShape === "ordered" && texts.length > 0 && random.chance(0.2)) {
    return spelled(use, [`time(${say(random.pick(texts), random, used)})`, random.pick(samples.time ?? []).text]);
  }
  const call = calls.length > 0 && random.chance(0.3) ? called(random.pick(calls), scope, used, 0) : undefined;
  if (call === undefined && able.length === 0) return undefined;
  const left = call === undefined ? random.pick(able) : { text: call, type: { kind: "int" } as Type, optional: false };
  const shown = call ?? say(left, random, used);
  const right =
    rightShape === "list<T>" ? listLike(left.type, scope, used) : valueLike(left.type, scope, used, rightShape);
  return right === undefined ? undefined : spelled(use, [shown, right]);
}

function valueLike(type: Type, scope: Scope, used: Reference[], shape: Shape): string | undefined {
  const { random, references } = scope;
  if (type.kind === "any") return constantOf({ kind: random.pick(["string", "int", "bool", "path"]) }, random);
  if (type.kind === "list" && shape === "T" && random.chance(0.8)) return valueLike(type.element, scope, used, shape);
  const same = references.filter((each) => JSON.stringify(each.type) === JSON.stringify(type));
  if (random.chance(0.12) && same.length > 1) return say(random.pick(same), random, used);
  if (shape === "T" && type.kind === "string" && random.chance(0.1)) return interpolated(scope, used, "");
  return constantOf(type, random);
}

function listLike(type: Type, { random, references }: Scope, used: Reference[]): string | undefined {
  const lists = references.filter(
    (each) => each.type.kind === "list" && JSON.stringify(each.type.element) === JSON.stringify(type),
  );
  if (lists.length > 0 && random.chance(0.4)) return say(random.pick(lists), random, used);
  const item: Type = type.kind === "any" ? { kind: random.pick(["string", "int", "path"]) } : type;
  const items = Array.from({ length: random.int(1, 3) }, () => constantOf(item, random));
  return items.includes(undefined) ? undefined : `[${[...new Set(items)].join(", ")}]`;
}

/** A constant of a type, as a policy writes it. */
export function constantOf(type: Type, random: Random): string | undefined {
  if (type.kind === "enum") return JSON.stringify(random.pick(type.values));
  if (type.kind === "union") return constantOf(random.pick(type.members), random);
  if (type.kind === "list") {
    const item = constantOf(type.element, random);
    return item === undefined ? undefined : `[${item}]`;
  }
  const of = samples[type.kind as Shape];
  return of === undefined ? undefined : random.pick(of).text;
}

/** An operand of a shape: a reference, a call, or a constant; on the left no constant alone. */
function operand(shape: Shape, scope: Scope, used: Reference[], isLeft: boolean, depth: number): string | undefined {
  const { random, references } = scope;
  const constants = samples[shape];
  if (!isLeft && constants !== undefined && random.chance(0.85)) {
    if (shape === "path+" && random.chance(0.15)) return interpolated(scope, used, "/srv/");
    return random.pick(constants).text;
  }
  if (shape === "domain" && isLeft) return hostOf(scope, used);
  if (shape === "any" && depth === 0) return references.some(({ text }) => text === "args") ? "args" : undefined;
  if (shape === "any") return untold(scope, used);
  if (shape === "name") return scope.aboutTools ? random.pick(["tool.name", "tool.server"]) : undefined;
  const calls = depth > 0 ? giving(shape) : [];
  if (calls.length > 0 && random.chance(0.35)) {
    const call = called(random.pick(calls), scope, used, depth - 1);
    if (call !== undefined) return call;
  }
  if (shape === "string" && random.chance(0.2)) {
    const taken = partOfRead(scope, used);
    if (taken !== undefined) return taken;
  }
  const able = references.filter(({ type }) => fits(type, shape));
  if (able.length > 0) return say(random.pick(able), random, used);
  return !isLeft && constants !== undefined ? random.pick(constants).text : undefined;
}

/** What `is` can tell something about: a value of which the type does not say all. */
function untold({ random, references }: Scope, used: Reference[]): string | undefined {
  const open = references.filter(({ text, type }) => (type.kind === "any" || type.kind === "union") && text !== "args");
  return open.length === 0 ? undefined : say(random.pick(open), random, used);
}

function hostOf({ random, references }: Scope, used: Reference[]): string | undefined {
  const urls = references.filter(({ type }) => type.kind === "url");
  const texts = references.filter(({ type }) => type.kind === "string");
  const from = urls.length > 0 && random.chance(0.7) ? urls : texts;
  if (from.length === 0) return undefined;
  const of = say(random.pick(from), random, used);
  return random.chance(0.7) ? `url(${of}).host` : `email(${of}).domain`;
}

/** `url(x).scheme`, `email(x).local`. */
function partOfRead({ random, references }: Scope, used: Reference[]): string | undefined {
  const texts = references.filter(({ type }) => type.kind === "string" || type.kind === "url");
  if (texts.length === 0) return undefined;
  const of = say(random.pick(texts), random, used);
  return random.pick([`url(${of}).scheme`, `url(${of}).path`, `url(${of}).query`, `email(${of}).local`]);
}

function called(use: Use, scope: Scope, used: Reference[], depth: number): string | undefined {
  if (use.row.narrowingOnly && !scope.narrowing) return undefined;
  if (!["function", "sum", "product"].includes(use.row.level)) return undefined;
  if (use.row.level !== "function") {
    const left = operand(use.operands[0]!, scope, used, true, depth);
    const right = samples[use.operands[1] === "ordered" ? "int" : use.operands[1]!];
    return left === undefined || right === undefined
      ? undefined
      : `(${spelled(use, [left, scope.random.pick(right).text])})`;
  }
  const operands = use.operands.map((shape) => operand(shape, scope, used, true, depth));
  return operands.includes(undefined) ? undefined : spelled(use, operands as string[]);
}

function spelled({ row, operands: shapes }: Use, operands: readonly string[]): string {
  const [left, right] = operands;
  switch (row.level) {
    case "function":
      return `${row.spelling}(${operands.join(", ")})`;
    case "test":
      return `${left} ${row.spelling}`;
    default: {
      const domain = shapes[1] === "domain" && !row.spelling.endsWith("domain") ? "domain " : "";
      return `${left} ${row.spelling} ${domain}${right}`;
    }
  }
}

/** Text with a hole, which a caller's attribute fills. */
function interpolated({ random, references, aboutTools }: Scope, used: Reference[], before: string): string {
  const names = ["principal.team", "principal.id", ...(aboutTools ? ["tool.name"] : [])];
  const name = random.pick(names);
  const reference = references.find(({ text }) => text === name);
  if (reference !== undefined) used.push(reference);
  return JSON.stringify(`${before}{${name}}`);
}

/** A reference, with a default where it may be absent and chance will have it. */
function say(reference: Reference, random: Random, used: Reference[]): string {
  used.push(reference);
  if (!reference.optional || !random.chance(0.3)) return reference.text;
  const fallback = constantOf(reference.type, random);
  return fallback === undefined ? reference.text : `(${reference.text} ?? ${fallback})`;
}
