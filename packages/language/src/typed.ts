import type {
  DeploymentIr,
  DutyIr,
  EventVerb,
  Field,
  LimitKeyIr,
  OperationIr,
  Operator,
  PinnedDigests,
  Type,
  Value,
  WhoIr,
} from "@mcpolicy/core";
import type { Source, Span } from "@mcpolicy/diagnostics";

/**
 * A policy that was resolved and checked: names are looked up, wildcards expanded, capabilities unfolded into the rules that name
 * them, each operand knows the type that it is read as. The reference interpreter walks this; the compiler lowers it.
 */
export interface CheckedPolicy {
  readonly sources: readonly Source[];
  readonly servers: readonly CheckedServer[];
  /** Each declared role with all that it includes, itself among them. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  /** Attributes of a caller, `id`, `client` and `roles` among them, and the claims that they come from. */
  readonly principal: Readonly<Record<string, Field>>;
  readonly claims: Readonly<Record<string, string>>;
  readonly context: Readonly<Record<string, Field>>;
  /** What the host supplies with a result (`on result`), read behind `context` where a result is judged. */
  readonly resultContext: Readonly<Record<string, Field>>;
  /** What each capability holds, those that it names unfolded; granted or not. */
  readonly capabilities: Readonly<Record<string, readonly CheckedBranch[]>>;
  readonly rules: readonly CheckedRule[];
  readonly requires: readonly CheckedRequire[];
  readonly limits: readonly CheckedLimit[];
  readonly labels: readonly CheckedLabel[];
  readonly resultDenies: readonly CheckedRuleHead[];
  readonly redacts: readonly CheckedRedact[];
  /** Policies that this one narrows, each checked with names of its own. */
  readonly narrows: readonly CheckedPolicy[];
  readonly deployment: DeploymentIr;
  readonly checks: readonly CheckedCheck[];
  readonly asserts: readonly CheckedAssert[];
}

export interface CheckedServer {
  readonly name: string;
  readonly untyped: boolean;
  readonly trusted: boolean;
  /** Canonical; undefined where the server has none. */
  readonly root: string | undefined;
  readonly tools: readonly CheckedTool[];
  readonly prompts: readonly string[];
  readonly resources: readonly string[];
  /** The pin file, as the policy's files name it; absent where nothing is pinned. */
  readonly from?: string;
  /** Digests of what is pinned beside tools; absent where nothing is. */
  readonly digests?: PinnedDigests;
}

export interface CheckedTool {
  readonly name: string;
  readonly digest: string;
  readonly description: string;
  readonly annotations: Readonly<Record<string, boolean>>;
  /** The pinned schema as the server gave it. */
  readonly inputSchema: Readonly<Record<string, Value>>;
  /** Undefined where the server pins none. */
  readonly outputSchema: Readonly<Record<string, Value>> | undefined;
  /** What `args` is in a condition about this tool alone: a record, or `any`. */
  readonly arguments: Type;
  /** What `result` is: by the output schema, else `{ text: string, json?: any }`. */
  readonly result: Type;
}

/** What every sort of rule has. */
export interface CheckedRuleHead {
  /** The name, or the effect and a digest of the canonical text. Unique. */
  readonly id: string;
  readonly named: boolean;
  readonly span: Span;
  readonly who: WhoIr;
  /** The rule matches where one of them does. `when A unless B` is `A and not (B)`. */
  readonly branches: readonly CheckedBranch[];
  /** `from <= context.time < until`, in epoch milliseconds: part of the condition, and known even to a `list` decision. */
  readonly from: number | undefined;
  readonly until: number | undefined;
  readonly because: string | undefined;
  readonly note: string | undefined;
  readonly shadow: boolean;
}

/** An `allow` or a `deny`. A capability that a role lists is the allow `role NAME: CAPABILITY`. */
export interface CheckedRule extends CheckedRuleHead {
  readonly effect: "allow" | "deny";
}

/** `valid` in milliseconds. */
export interface CheckedRequire extends CheckedRuleHead {
  readonly duty: DutyIr;
  readonly valid: number;
}

export interface CheckedLimit extends CheckedRuleHead {
  readonly amount: number;
  readonly window:
    | { readonly kind: "at once" }
    | { readonly kind: "per"; readonly duration: number; readonly of: TypedOperand | undefined };
  readonly keys: readonly LimitKeyIr[];
}

/** `onResult` where the condition reads `result`; `duration` in milliseconds. */
export interface CheckedLabel extends CheckedRuleHead {
  readonly label: string;
  readonly duration: number;
  readonly onResult: boolean;
}

export interface CheckedRedact extends CheckedRuleHead {
  readonly detectors: readonly TypedOperand[];
}

/** Operations and the condition under which the rule speaks of them. */
export interface CheckedBranch {
  readonly operations: readonly OperationIr[];
  readonly except: readonly OperationIr[];
  readonly condition: TypedCondition;
}

/**
 * A `check` of a tool's arguments, as the JSON Schema that narrows the pinned one (joined to it by `allOf`); on an untyped server it is
 * the schema.
 */
export interface CheckedCheck {
  readonly server: string;
  readonly tool: string;
  readonly ofResult: boolean;
  readonly span: Span;
  /** Undeclared arguments are let through. */
  readonly open: boolean;
  readonly schema: Readonly<Record<string, Value>>;
}

/** Checked and carried; not proved yet. */
export interface CheckedAssert {
  readonly name: string | undefined;
  readonly span: Span;
  readonly claim: "never" | "always" | "only with approval";
  readonly who: WhoIr;
  readonly branches: readonly CheckedBranch[];
}

/** What is true, false or unknown. */
export type TypedCondition =
  | { readonly kind: "constant"; readonly value: boolean; readonly span: Span }
  | { readonly kind: "and" | "or"; readonly parts: readonly TypedCondition[]; readonly span: Span }
  | { readonly kind: "not"; readonly part: TypedCondition; readonly span: Span }
  | { readonly kind: "has"; readonly reference: TypedReference; readonly span: Span }
  /** An operand of type bool: a comparison, a test, or a flag such as `args.recursive`. */
  | { readonly kind: "atom"; readonly operand: TypedOperand; readonly span: Span }
  | { readonly kind: "carries"; readonly label: string; readonly span: Span }
  | { readonly kind: "happened"; readonly verb: EventVerb; readonly events: TypedEvents; readonly span: Span }
  /** A number of history against a bound that is none: unknown where the ends of its range answer differently. */
  | {
      readonly kind: "tally";
      readonly tally: TypedTally;
      readonly operator: "less" | "at-most" | "more" | "at-least" | "equal" | "not-equal";
      readonly bound: TypedOperand;
      readonly span: Span;
    }
  | {
      readonly kind: "every" | "some";
      readonly variable: string;
      readonly over: TypedOperand;
      readonly body: TypedCondition;
      readonly span: Span;
    };

/** Past events. `with` reads the present request, and the earlier event as `its` (`its.args`, `its.result`, `its.tool`). */
export interface TypedEvents {
  /** A capability's entries with their conditions, which read the earlier event as if it were the request. */
  readonly branches: readonly CheckedBranch[];
  readonly byAnyone: boolean;
  readonly with: TypedCondition | undefined;
  readonly since:
    | { readonly branches: readonly CheckedBranch[]; readonly with: TypedCondition | undefined }
    | undefined;
  /** Milliseconds. */
  readonly last: number;
}

export type TypedTally =
  | { readonly kind: "count"; readonly verb: EventVerb; readonly events: TypedEvents }
  | {
      readonly kind: "distinct" | "sum";
      readonly of: TypedOperand;
      readonly verb: EventVerb;
      readonly events: TypedEvents;
    };

/** What gives a value or unknown. Its value is read as the type `as`. */
export type TypedOperand =
  | { readonly kind: "constant"; readonly value: Value; readonly as: Type; readonly span: Span }
  | TypedReference
  | {
      readonly kind: "apply";
      readonly operator: Operator;
      readonly operands: readonly TypedOperand[];
      readonly as: Type;
      readonly span: Span;
    }
  /** A part of a computed value: `url(args.u).host`; or with a computed key. */
  | {
      readonly kind: "field";
      readonly of: TypedOperand;
      readonly key: string | TypedOperand;
      readonly as: Type;
      readonly span: Span;
    }
  | { readonly kind: "list"; readonly items: readonly TypedOperand[]; readonly as: Type; readonly span: Span }
  /** The list of `value` of each element of `over`: what `sum of VALUE for x in LIST` adds up. */
  | {
      readonly kind: "each";
      readonly variable: string;
      readonly over: TypedOperand;
      readonly value: TypedOperand;
      readonly as: Type;
      readonly span: Span;
    }
  /** Text with holes: each hole's value must be one plain segment, else unknown. */
  | {
      readonly kind: "text";
      readonly parts: readonly (string | TypedReference)[];
      readonly as: Type;
      readonly span: Span;
    };

export interface TypedReference {
  readonly kind: "reference";
  readonly root: "args" | "principal" | "context" | "tool" | "resource" | "result" | "its" | "variable";
  readonly variable?: string;
  readonly path: readonly (string | number)[];
  /** Replaces an absent value, never an unknown one. */
  readonly fallback?: Value;
  readonly as: Type;
  readonly span: Span;
}
