import { type Code, identifier, js, type ReferenceIr, type Scalar } from "@mcpolicy/core";

/**
 * How a piece of generated code reaches the request. In a *flat* frame the request's parts are parameters of the function and values
 * that are read several times are its variables; in an *object* frame all of it is fields of `q`, which can be handed on to loops and
 * to what looks at history; the frame of an *event* is an object without places for shared values.
 */
export interface Frame {
  readonly form: "flat" | "object" | "event";
  /** Code of what a reference starts from. */
  readonly start: (root: Exclude<ReferenceIr["root"], "variable">) => Code;
  /** Code of what the module knows of the caller's roles (`who-code.ts`). */
  readonly roles: () => Code;
  /** A text or number of the policy. */
  readonly literal: (value: Scalar) => Code;
  /** Whether an operand, by its key, stands in several places, so that its value is kept in a slot. */
  readonly isShared: (key: string) => boolean;
  /** Which parameters the code of a flat frame reads, or fields that of an object frame. */
  readonly starts: Set<string>;
  /** The names of the slots that the code uses. */
  readonly slots: Set<string>;
  /** Whether the code looks at history. */
  remembers: boolean;
}

const asLiteral = (value: Scalar): Code => js`${value}`;

/** Where constants become parameters: functions of one text serve all subjects that differ in constants alone. */
export interface Lifted {
  readonly constants: Scalar[];
}

/** What stands before the constants of a subject in its list: its two functions. */
const FUNCTIONS = 2;

/** The parts of the request as parameters: `args`, `roles`, `principal`, `context`. With `lifted`, constants are `k[2]`, `k[3]`, … */
export function flatFrame(isShared: Frame["isShared"], lifted?: Lifted): Frame {
  const literal = (value: Scalar): Code =>
    js`${parameter("k")}[${FUNCTIONS + (lifted as Lifted).constants.push(value) - 1}]`;
  const starts = new Set<string>();
  const parameter = (name: string): Code => {
    starts.add(name);
    return identifier(name);
  };
  return {
    form: "flat",
    start: parameter,
    roles: () => parameter("roles"),
    literal: lifted === undefined ? asLiteral : literal,
    isShared,
    starts,
    slots: new Set(),
    remembers: false,
  };
}

/** All parts as fields of `q`. */
export function objectFrame(isShared: Frame["isShared"]): Frame {
  const starts = new Set<string>();
  const field = (name: string): Code => {
    starts.add(name);
    return js`q.${identifier(name)}`;
  };
  const roles = (): Code => field("roles");
  return {
    form: "object",
    start: field,
    roles,
    literal: asLiteral,
    isShared,
    starts,
    slots: new Set(),
    remembers: false,
  };
}

/** An earlier event as if it were the request. */
export function eventFrame(): Frame {
  return { ...objectFrame(() => false), form: "event" };
}
