import type { Place } from "./decision.ts";
import type { PinnedDigests } from "./pins.ts";
import type { Field, Type } from "./type.ts";
import type { Value } from "./value.ts";

/** The version of these shapes; the runtime refuses any other. */
export const IR_VERSION = 1;

/** A compiled policy as data: JSON, without the source's syntax. Closures, generated code, explainer and analysis start here. */
export interface PolicyIr {
  readonly version: typeof IR_VERSION;
  readonly servers: readonly ServerIr[];
  /** Each declared role with all roles that it includes, itself among them. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly principal: Readonly<Record<string, Field>>;
  /** The claim of a token that an attribute of the caller comes from (`from claim`). Absent where the policy names none. */
  readonly claims?: Readonly<Record<string, string>>;
  readonly context: Readonly<Record<string, Field>>;
  /** What the host supplies with a result. Absent where the policy declares none. */
  readonly resultContext?: Readonly<Record<string, Field>>;
  readonly rules: readonly RuleIr[];
  /** Absent where the policy has none. */
  readonly requires?: readonly RequireIr[];
  readonly limits?: readonly LimitIr[];
  readonly labels?: readonly LabelIr[];
  readonly resultDenies?: readonly RuleHeadIr[];
  readonly redacts?: readonly RedactIr[];
  /** What this policy narrows: the effective decision is the lower of the two. */
  readonly narrows?: readonly PolicyIr[];
  /** `token`, `audit` and `network` statements, as data for the adapter. */
  readonly deployment?: DeploymentIr;
}

export interface DeploymentIr {
  readonly token?: Readonly<Record<string, Value>>;
  readonly audit?: Readonly<Record<string, Value>>;
  /** Server to the `host:port` patterns that it may reach; a server without an entry said nothing. */
  readonly network: Readonly<Record<string, readonly string[]>>;
}

export interface ServerIr {
  readonly name: string;
  readonly untyped: boolean;
  readonly trusted: boolean;
  /** Canonical, without a slash at its end (but `/`); undefined where relative paths hang nowhere. */
  readonly root?: string;
  readonly tools: Readonly<Record<string, ToolIr>>;
  readonly prompts: readonly string[];
  /** Digests of what is pinned beside tools. Absent where nothing is. */
  readonly digests?: PinnedDigests;
  /** On an untyped server: what arguments must satisfy, of tools of which a `check` says so. Absent where none does. */
  readonly checks?: Readonly<Record<string, ToolIr["schema"]>>;
}

export interface ToolIr {
  /** SHA-256 of the pinned definition, as the pin file has it. */
  readonly digest: string;
  readonly description: string;
  /** The four hints of MCP, as the definition gives them; absent ones are left out. */
  readonly annotations: Readonly<Record<string, boolean>>;
  /** What arguments must satisfy: the pinned schema, closed, narrowed by every `check`. */
  readonly schema: Readonly<Record<string, Value>>;
  /** The output schema, narrowed by every `check result of`; undefined where there is neither. */
  readonly resultSchema?: Readonly<Record<string, Value>>;
}

/** What every sort of rule has. */
export interface RuleHeadIr {
  readonly id: string;
  readonly place: Place;
  readonly who: WhoIr;
  /** The rule matches where any of its branches does. */
  readonly branches: readonly BranchIr[];
  /** `from <= context.time < until`, epoch milliseconds: known even where the rest of `context` is not. */
  readonly from?: number;
  readonly until?: number;
  readonly because?: string;
  readonly note?: string;
  /** Decided and logged, not enforced. */
  readonly shadow: boolean;
}

/** A rule that decides yes or no. */
export interface RuleIr extends RuleHeadIr {
  readonly effect: "allow" | "deny";
}

export type DutyIr =
  | { readonly kind: "approval"; readonly from: WhoIr | "caller" }
  | { readonly kind: "mfa" | "justification" }
  | { readonly kind: "duty"; readonly name: string };

/** Turns an allow into an ask until the request brings the proof. `valid` bounds the wait, in milliseconds. */
export interface RequireIr extends RuleHeadIr {
  readonly duty: DutyIr;
  readonly valid: number;
}

export interface LimitIr extends RuleHeadIr {
  readonly amount: number;
  /** `at once`, or a window in milliseconds in which calls are counted, or `of` is summed. */
  readonly window:
    | { readonly kind: "at once" }
    | { readonly kind: "per"; readonly duration: number; readonly of?: OperandIr };
  readonly keys: readonly LimitKeyIr[];
}

export type LimitKeyIr =
  | { readonly kind: "principal" | "client" | "tool" | "server" | "everyone" }
  | { readonly kind: "attribute"; readonly name: string };

/** Sets a label: at the call, or where its condition reads `result` (`onResult`) when the result is read. `duration` in ms. */
export interface LabelIr extends RuleHeadIr {
  readonly label: string;
  readonly duration: number;
  readonly onResult: boolean;
}

/** Detectors are constants of type `detector`. */
export interface RedactIr extends RuleHeadIr {
  readonly detectors: readonly OperandIr[];
}

/** Callers: any of these, and none of `except`. */
export interface WhoIr {
  readonly anyone: boolean;
  readonly roles: readonly string[];
  readonly ids: readonly string[];
  readonly except?: WhoIr;
}

export interface BranchIr {
  readonly operations: readonly OperationIr[];
  readonly except: readonly OperationIr[];
  readonly condition: ConditionIr;
}

/** One operation, or those that a pattern names: `name` is exact; `pattern` is a wildcard over names, `glob` over URIs. */
export type OperationIr =
  | { readonly kind: "tool" | "prompt"; readonly server: string; readonly name: string }
  | { readonly kind: "tool" | "prompt"; readonly server: string; readonly pattern: string }
  | { readonly kind: "resource"; readonly server: string; readonly glob: string }
  | { readonly kind: "completion" | "sampling" | "elicitation" | "roots"; readonly server: string };

/** Three-valued. `and` of none is true, `or` of none false. */
export type ConditionIr =
  | { readonly kind: "constant"; readonly truth: boolean | null }
  | { readonly kind: "and" | "or"; readonly parts: readonly ConditionIr[] }
  | { readonly kind: "not"; readonly part: ConditionIr }
  | { readonly kind: "has"; readonly reference: ReferenceIr; readonly at: Seen }
  | { readonly kind: "atom"; readonly operand: OperandIr; readonly at: Seen }
  | { readonly kind: "carries"; readonly label: string; readonly at: Seen }
  | { readonly kind: "happened"; readonly verb: EventVerb; readonly events: EventsIr; readonly at: Seen }
  /** A number of history against a bound: unknown where the ends of its range answer differently. `operator` is a row's id. */
  | {
      readonly kind: "tally";
      readonly tally: TallyIr;
      readonly operator: "less" | "at-most" | "more" | "at-least" | "equal" | "not-equal";
      readonly bound: OperandIr;
      readonly at: Seen;
    }
  | {
      readonly kind: "every" | "some";
      readonly variable: string;
      readonly over: OperandIr;
      readonly body: ConditionIr;
      readonly at: Seen;
    };

export type EventVerb = "attempted" | "called" | "completed";

/** Past events: their operations (a capability's with its own conditions, read about the event), whose, and how far back. */
export interface EventsIr {
  readonly branches: readonly BranchIr[];
  readonly byAnyone: boolean;
  /** Reads the present request, and the earlier event as root `its`. */
  readonly with?: ConditionIr;
  /** Only events after the latest completed such one of the window; unknown where there is none. */
  readonly since?: { readonly branches: readonly BranchIr[]; readonly with?: ConditionIr };
  /** Milliseconds: events in `(now - last, now]`. */
  readonly last: number;
}

export type TallyIr =
  | { readonly kind: "count"; readonly verb: EventVerb; readonly events: EventsIr }
  /** `of` reads `its`. */
  | { readonly kind: "distinct" | "sum"; readonly of: OperandIr; readonly verb: EventVerb; readonly events: EventsIr };

/** Where an atom stands and how it is spelled there. */
export interface Seen {
  readonly place: Place;
  readonly text: string;
}

/** What gives a value or unknown. `as` is the type that it is read as; a constant is read once, when the policy is loaded. */
export type OperandIr =
  | { readonly kind: "constant"; readonly value: Value; readonly as: Type }
  | ReferenceIr
  | { readonly kind: "apply"; readonly operator: string; readonly operands: readonly OperandIr[]; readonly as: Type }
  | { readonly kind: "field"; readonly of: OperandIr; readonly key: string | OperandIr; readonly as: Type }
  | { readonly kind: "list"; readonly items: readonly OperandIr[]; readonly as: Type }
  /** The list of `value` of each element of `over`; unknown where one of them is. */
  | {
      readonly kind: "each";
      readonly variable: string;
      readonly over: OperandIr;
      readonly value: OperandIr;
      readonly as: Type;
    }
  /** Text with holes; each hole's value must be one plain segment, else the whole is unknown. */
  | { readonly kind: "text"; readonly parts: readonly (string | ReferenceIr)[]; readonly as: Type };

/** A name and a path into it. Absent gives `fallback` where there is one, else unknown. */
export interface ReferenceIr {
  readonly kind: "reference";
  readonly root: "args" | "principal" | "context" | "tool" | "resource" | "result" | "its" | "variable";
  /** The quantified name, where `root` is `variable`. */
  readonly variable?: string;
  readonly path: readonly (string | number)[];
  readonly fallback?: Value;
  readonly as: Type;
}
