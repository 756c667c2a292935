import { isInDomain, type Operator, read, type Url, type Value } from "@mcpolicy/core";
import type { TypedCondition, TypedOperand } from "../typed.ts";
import type { UrlArgument } from "./url-arguments.ts";

/** Which answers a condition may give, whatever all else in the request is. Neither: it is unknown. */
export interface Possible {
  readonly true: boolean;
  readonly false: boolean;
}

const either: Possible = { true: true, false: true };
const unknown: Possible = { true: false, false: false };

/**
 * What an argument holds: the place of a URL, with any path, query and fragment behind it, or (undefined) a text that is no URL.
 */
export type Held = Url | undefined;

/**
 * Which answers a condition may give of a request in which the argument holds this. Never fewer than it can: what is not about the
 * URL's scheme, host and port may be anything.
 */
export function possible(condition: TypedCondition, argument: UrlArgument, held: Held): Possible {
  return ofCondition(condition, { argument, held, variables: new Map() });
}

interface Look {
  readonly argument: UrlArgument;
  readonly held: Held;
  /** The lists that quantified names run over. */
  readonly variables: ReadonlyMap<string, TypedOperand>;
}

function ofCondition(condition: TypedCondition, look: Look): Possible {
  switch (condition.kind) {
    case "constant":
      return { true: condition.value, false: !condition.value };
    case "and": {
      const parts = condition.parts.map((part) => ofCondition(part, look));
      return { true: parts.every((part) => part.true), false: parts.some((part) => part.false) };
    }
    case "or": {
      const parts = condition.parts.map((part) => ofCondition(part, look));
      return { true: parts.some((part) => part.true), false: parts.every((part) => part.false) };
    }
    case "not": {
      const part = ofCondition(condition.part, look);
      return { true: part.false, false: part.true };
    }
    case "has":
      return leadsTo(condition.reference, look) ? { true: true, false: false } : either;
    case "atom":
      return ofAtom(condition.operand, look);
    case "every":
    case "some": {
      if (!isTheList(condition.over, look)) return either;
      const variables = new Map([...look.variables, [condition.variable, condition.over]]);
      const body = ofCondition(condition.body, { ...look, variables });
      // Of the other elements nothing is known.
      return condition.kind === "every" ? { true: body.true, false: true } : { true: true, false: body.false };
    }
    case "carries":
    case "happened":
    case "tally":
      return either;
  }
}

// ---------------------------------------------------------------- the argument

function isTheList(over: TypedOperand, { argument }: Look): boolean {
  return over.kind === "reference" && over.root === "args" && isPath(over.path, argument.over);
}

/** Whether a reference is the argument itself, or for `leadsTo` something on the way to it. */
function isTheArgument(operand: TypedOperand, { argument, variables }: Look): boolean {
  if (operand.kind !== "reference" || !isPath(operand.path, argument.path)) return false;
  if (operand.root === "args") return argument.over === undefined;
  const over = operand.root === "variable" ? variables.get(operand.variable ?? "") : undefined;
  return over?.kind === "reference" && over.root === "args" && isPath(over.path, argument.over);
}

function leadsTo(operand: TypedOperand, { argument, variables }: Look): boolean {
  if (operand.kind !== "reference") return false;
  const way = operand.root === "args" ? (argument.over ?? argument.path) : argument.path;
  const isThere = operand.root === "args" || variables.has(operand.variable ?? "");
  return isThere && operand.path.every((step, index) => step === way[index]);
}

function isPath(a: readonly (string | number)[], b: readonly (string | number)[] | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((step, index) => step === b[index]);
}

// -------------------------------------------------------------------- values

/** A value, unknown, or one that is not told by the place of the URL. */
type Known = { readonly value: Value | undefined } | "open";

function ofAtom(operand: TypedOperand, look: Look): Possible {
  const whole = operand.kind === "apply" ? ofWhole(operand, look) : undefined;
  if (whole !== undefined) return whole;
  const known = knownOf(operand, look);
  if (known === "open") return either;
  return typeof known.value === "boolean" ? { true: known.value, false: !known.value } : unknown;
}

/** The parts of a URL that its place tells. */
const told: ReadonlySet<string> = new Set(["scheme", "host", "port", "user"]);

function knownOf(operand: TypedOperand, look: Look): Known {
  switch (operand.kind) {
    case "constant":
      return { value: read(operand.as, operand.value, undefined) };
    case "reference":
      return isTheArgument(operand, look) && operand.as.kind === "url" ? { value: look.held } : "open";
    case "field": {
      const of = knownOf(operand.of, look);
      if (of === "open" || of.value === undefined) return of;
      if (typeof operand.key !== "string" || !told.has(operand.key) || operand.of.as.kind !== "url") return "open";
      return { value: read(operand.as, (of.value as Url)[operand.key], undefined) };
    }
    case "apply": {
      if (operand.operator.id === "url" && operand.operands.some((each) => isTheArgument(each, look))) {
        return { value: look.held };
      }
      const values = operand.operands.map((each) => knownOf(each, look));
      if (values.some((each) => each !== "open" && each.value === undefined)) return { value: undefined };
      if (values.includes("open") || !byPlace(operand)) return "open";
      const known = values.map((each) => (each as { readonly value: Value }).value);
      return { value: operand.operator.evaluate(...(known as never[])) };
    }
    default:
      return "open";
  }
}

/** Whether an operator that gets a whole URL looks at its place alone. */
function byPlace({ operator, operands }: { readonly operator: Operator; readonly operands: readonly TypedOperand[] }) {
  return operator.id === "is-private-url" || operands.every(({ as }) => as.kind !== "url");
}

// ---------------------------------------------------------- the whole compared

/** Operators that compare the whole text or URL with constants: true only where some constant has this place, false in any case. */
const comparing: Readonly<Record<string, (at: Possible) => Possible>> = {
  equal: (at) => at,
  "not-equal": (at) => ({ true: at.false, false: at.true }),
  "in-list": (at) => at,
  "like-url": (at) => at,
};

function ofWhole(operand: TypedOperand & { readonly kind: "apply" }, look: Look): Possible | undefined {
  const { operator, operands } = operand;
  const [left, right] = operands;
  if (left === undefined || right === undefined || !Object.hasOwn(comparing, operator.id)) return undefined;
  const [whole, constant] = isWhole(left, look) ? [left, right] : [right, left];
  if (!isWhole(whole, look) || constant.kind !== "constant") return undefined;
  const { held } = look;
  const placed = placesIn(constant, operator.id === "like-url");
  if (held === undefined) {
    // A URL that cannot be read is unknown; a text that is none is a text like another.
    if (whole.kind !== "reference" || whole.as.kind === "url") return unknown;
    return comparing[operator.id]?.({ true: placed.includes(undefined), false: true });
  }
  const isAt = placed.some((each) => (each === undefined ? operator.id === "like-url" : isAtPlace(held, each)));
  return comparing[operator.id]?.({ true: isAt, false: true });
}

function isWhole(operand: TypedOperand, look: Look): boolean {
  if (isTheArgument(operand, look)) return true;
  return (
    operand.kind === "apply" &&
    operand.operator.id === "url" &&
    operand.operands.some((each) => isTheArgument(each, look))
  );
}

/** Where a URL or a glob leads: `isBelow` hosts below this one; `port` as it is written, empty for the scheme's own. */
export interface UrlPlace {
  readonly scheme: string;
  readonly isBelow: boolean;
  readonly host: string;
  readonly port: string;
}

/** The places of a constant's texts; undefined of one that is no URL, or a glob that may match a URL of any place. */
function placesIn(
  constant: TypedOperand & { readonly kind: "constant" },
  areGlobs: boolean,
): readonly (UrlPlace | undefined)[] {
  const known = places.get(constant);
  if (known !== undefined) return known;
  const texts = [constant.value].flat() as readonly Value[];
  const found = texts.map((text) => (areGlobs ? globPlace(text) : urlPlace(text)));
  places.set(constant, found);
  return found;
}

/** A constant is looked at once for each URL that is tried. */
const places = new WeakMap<TypedOperand, readonly (UrlPlace | undefined)[]>();

export function urlPlace(text: Value): UrlPlace | undefined {
  const url = read({ kind: "url" }, text, undefined) as Url | undefined;
  return url && { scheme: url.scheme, isBelow: false, host: url.host, port: writtenPort(url) };
}

/** Of a glob whose scheme, host and port are written out, but for a `*.` in front of the host. */
export function globPlace(text: Value): UrlPlace | undefined {
  const match =
    typeof text === "string"
      ? /^([a-z][a-z0-9+.-]*):\/\/(\*\.)?([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d+))?(?:\/.*)?$/s.exec(text)
      : null;
  if (match === null) return undefined;
  const [, scheme = "", below, host = "", port = ""] = match;
  return { scheme, isBelow: below !== undefined, host, port };
}

/** The standard leaves the scheme's own port out. */
function writtenPort({ href, scheme, host }: Url): string {
  return /^:(\d+)/.exec(href.slice(scheme.length + "://".length + host.length))?.[1] ?? "";
}

function isAtPlace(held: Url, { scheme, isBelow, host, port }: UrlPlace): boolean {
  if (held.scheme !== scheme || writtenPort(held) !== port) return false;
  return isBelow ? held.host !== host && isInDomain(held.host, host) : held.host === host;
}
