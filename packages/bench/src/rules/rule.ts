/**
 * Rules in a notation of nobody's: what every engine is given in its own words. A request is allowed where some `permit` matches and no
 * `forbid` does; what nothing permits is denied.
 */
export interface Rule {
  readonly id: string;
  readonly effect: "permit" | "forbid";
  /** Undefined where any role will do. */
  readonly roles: readonly string[] | undefined;
  readonly tools: readonly string[];
  readonly condition: Condition | undefined;
}

export type Condition =
  | { readonly kind: "and" | "or"; readonly parts: readonly Condition[] }
  | { readonly kind: "not"; readonly part: Condition }
  | Leaf;

/** One comparison of one argument. */
export type Leaf =
  /** `*` stands for any run of characters, `/` included. */
  | { readonly kind: "like"; readonly field: string; readonly pattern: string }
  | { readonly kind: "is"; readonly field: string; readonly value: string | boolean }
  | { readonly kind: "in"; readonly field: string; readonly values: readonly string[] }
  | { readonly kind: "at most" | "at least" | "more than"; readonly field: string; readonly number: number };

export type FieldType = "path" | "string" | "int" | "bool";

/** A request as the engines are given it: to make their own form of it is part of what is timed. */
export interface RuleRequest {
  readonly principal: { readonly id: string; readonly role: string };
  /** The number of the session that it came by: a caller has one each. */
  readonly session: number;
  readonly tool: string;
  readonly args: Readonly<Record<string, string | number | boolean>>;
}

/** Numbers the sessions of requests. Through JSON, so that texts are flat and objects look like parts of a parsed message. */
export function received(requests: readonly Omit<RuleRequest, "session">[]): readonly RuleRequest[] {
  const sessions = new Map<string, number>();
  return requests.map((request) => {
    const caller = JSON.stringify(request.principal);
    const session = sessions.get(caller) ?? sessions.size;
    sessions.set(caller, session);
    return JSON.parse(JSON.stringify({ ...request, session })) as RuleRequest;
  });
}

/** Rules, and requests to them. */
export interface RuleSet {
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly roles: readonly string[];
  readonly fields: Readonly<Record<string, FieldType>>;
  /** The JSON Schema of each tool's arguments. */
  readonly schemas: ReadonlyMap<string, object>;
  readonly requests: readonly RuleRequest[];
  /** What a careful programmer would write for these rules by hand, reading paths as mcpolicy does. */
  readonly byHand: (request: RuleRequest) => boolean;
  /** The same, taking paths as the texts that they are. */
  readonly byHandRaw: (request: RuleRequest) => boolean;
}

export const like = (field: string, pattern: string): Leaf => ({ kind: "like", field, pattern });
export const is = (field: string, value: string | boolean): Leaf => ({ kind: "is", field, value });
export const oneOf = (field: string, ...values: readonly string[]): Leaf => ({ kind: "in", field, values });
export const atMost = (field: string, number: number): Leaf => ({ kind: "at most", field, number });
export const atLeast = (field: string, number: number): Leaf => ({ kind: "at least", field, number });
export const moreThan = (field: string, number: number): Leaf => ({ kind: "more than", field, number });
export const and = (...parts: readonly Condition[]): Condition => ({ kind: "and", parts });
export const or = (...parts: readonly Condition[]): Condition => ({ kind: "or", parts });
export const not = (part: Condition): Condition => ({ kind: "not", part });

/** The signs of comparisons, as most notations write them. */
export const signs = { "at most": "<=", "at least": ">=", "more than": ">" } as const;

/** A condition in a notation with `&&`, `||` and `!`; `leaf` writes the comparisons. */
export function infix(condition: Condition, leaf: (leaf: Leaf) => string): string {
  switch (condition.kind) {
    case "and":
      return condition.parts.map((part) => `(${infix(part, leaf)})`).join(" && ");
    case "or":
      return condition.parts.map((part) => `(${infix(part, leaf)})`).join(" || ");
    case "not":
      return `!(${infix(condition.part, leaf)})`;
    default:
      return leaf(condition);
  }
}
