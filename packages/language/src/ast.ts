import type { Span } from "@mcpolicy/diagnostics";

/**
 * The syntax tree: what a text says, before any name is looked up. Every node has its span; parentheses are gone, since the
 * shape says them; comments stand on the nodes that the printer gives a line of their own.
 */
export interface Node {
  readonly span: Span;
}

/** A node with a line of its own: `///` lines before it, `//` lines before it, a `//` behind it. Texts without the slashes. */
export interface LineNode extends Node {
  readonly docs: readonly string[];
  readonly comments: readonly string[];
  readonly trailing?: string;
}

/** A name as written: `fs`, `read:files`, `x-loc-lat`. */
export interface Name extends Node {
  readonly text: string;
}

/** A string literal's value, escapes undone. `quoted` is false where a bare word stood for it (`args.path`). */
export interface Word extends Node {
  readonly text: string;
  readonly quoted: boolean;
}

export interface Text extends Node {
  readonly value: string;
}

export interface Policy extends Node {
  readonly statements: readonly Statement[];
  /** Comments after the last statement. */
  readonly closing: readonly string[];
}

export type Statement =
  | Edition
  | Import
  | Narrows
  | Server
  | Attributes
  | Data
  | Let
  | Capability
  | Role
  | Check
  | Assert
  | Settings
  | Rule;

export interface Edition extends LineNode {
  readonly kind: "edition";
  readonly edition: number;
}

export interface Import extends LineNode {
  readonly kind: "import";
  readonly path: Text;
}

export interface Narrows extends LineNode {
  readonly kind: "narrows";
  readonly path: Text;
}

export interface Server extends LineNode {
  readonly kind: "server";
  readonly name: Name;
  /** The pin file; undefined for an `untyped` server. */
  readonly from: Text | undefined;
  readonly root: Text | undefined;
  readonly trusted: boolean;
}

/** `principal { … }` or `context { … }`. */
export interface Attributes extends LineNode {
  readonly kind: "principal" | "context";
  readonly record: RecordType;
}

export interface Data extends LineNode {
  readonly kind: "data";
  readonly name: Name;
  readonly from: Text;
}

export interface Let extends LineNode {
  readonly kind: "let";
  readonly name: Name;
  /** Undefined for a constant or detector, a list for a macro. */
  readonly parameters: readonly Name[] | undefined;
  readonly value: Expression;
}

export interface Capability extends LineNode {
  readonly kind: "capability";
  readonly name: Name;
  readonly entries: readonly CapabilityEntry[];
  readonly closing: readonly string[];
}

export interface CapabilityEntry extends LineNode {
  readonly operations: Operations;
  readonly when: Expression | undefined;
  readonly unless: Expression | undefined;
}

export interface Role extends LineNode {
  readonly kind: "role";
  readonly name: Word;
  /** Names of roles and capabilities. */
  readonly members: readonly Name[];
}

export interface Check extends LineNode {
  readonly kind: "check";
  /** `check result of`. */
  readonly ofResult: boolean;
  readonly server: Name;
  readonly tool: Word;
  readonly record: RecordType;
}

export interface Assert extends LineNode {
  readonly kind: "assert";
  readonly name: Text | undefined;
  readonly who: Who;
  readonly claim: "never" | "always" | "only with approval";
  readonly operations: Operations;
  readonly when: Expression | undefined;
  readonly unless: Expression | undefined;
}

/** `token { … }`, `audit { … }`, `network SERVER { … }`: words, checked by a later stage. */
export interface Settings extends LineNode {
  readonly kind: "token" | "audit" | "network";
  readonly server: Name | undefined;
  readonly words: readonly SettingWord[];
}

export interface SettingWord extends Node {
  readonly kind: "word" | "string" | "duration" | "," | "|";
  readonly text: string;
}

// ------------------------------------------------------------------ rules

interface RuleBase extends LineNode {
  readonly shadow: boolean;
  /** The rule's stable id; undefined for a nameless one. */
  readonly name: Text | undefined;
  /** Undefined where the rule says no caller, which is everybody. */
  readonly who: Who | undefined;
  readonly operations: Operations;
  readonly when: Expression | undefined;
  readonly unless: Expression | undefined;
  readonly clauses: readonly Clause[];
}

export type Rule = Allow | Deny | DenyResult | Require | Limit | LabelRule | Redact;

export interface Allow extends RuleBase {
  readonly kind: "allow";
  readonly who: Who;
}

export interface Deny extends RuleBase {
  readonly kind: "deny";
}

export interface DenyResult extends RuleBase {
  readonly kind: "deny-result";
  readonly who: undefined;
}

export interface Require extends RuleBase {
  readonly kind: "require";
  readonly duty: Duty;
  readonly valid: Duration | undefined;
}

export type Duty = Node &
  (
    | { readonly kind: "approval"; readonly from: Who | "caller" }
    | { readonly kind: "mfa" | "justification" }
    | { readonly kind: "duty"; readonly name: Text }
  );

export interface Limit extends RuleBase {
  readonly kind: "limit";
  readonly amount: NumberLiteral;
  /** `at once`, or a window with what is summed (undefined: calls are counted). */
  readonly window:
    | { readonly kind: "at once" }
    | { readonly kind: "per"; readonly of: Expression | undefined; readonly duration: Duration };
  readonly keys: readonly LimitKey[];
}

export interface LimitKey extends Node {
  readonly kind: "principal" | "client" | "tool" | "server" | "everyone";
  /** `principal.x`. */
  readonly attribute?: Word;
}

export interface LabelRule extends RuleBase {
  readonly kind: "label";
  readonly label: Name;
  readonly name: undefined;
  readonly who: undefined;
  readonly duration: Duration;
}

export interface Redact extends RuleBase {
  readonly kind: "redact";
  readonly who: undefined;
  readonly detectors: readonly Name[];
}

export type Clause = Node &
  (
    | { readonly kind: "because" | "note"; readonly text: Text }
    | { readonly kind: "from" | "until" | "review"; readonly date: DateLiteral }
  );

// ------------------------------------------------- callers and operations

export interface Who extends Node {
  readonly any: readonly WhoAtom[];
  readonly except: readonly WhoAtom[];
}

export type WhoAtom = Node &
  (
    | { readonly kind: "anyone" }
    | { readonly kind: "role"; readonly name: Word }
    | { readonly kind: "id"; readonly id: Text }
  );

export interface Operations extends Node {
  readonly include: readonly Operation[];
  readonly except: readonly Operation[];
}

export type Operation = Node &
  (
    | { readonly kind: "tool"; readonly server: Name | "*"; readonly tool: Word }
    | { readonly kind: "resource"; readonly server: Name; readonly glob: Text }
    | { readonly kind: "prompt"; readonly server: Name; readonly prompt: Word }
    | { readonly kind: "completion" | "sampling" | "elicitation" | "roots"; readonly server: Name }
    | { readonly kind: "everything"; readonly server: Name | undefined }
    | { readonly kind: "capability"; readonly name: Name }
  );

// ------------------------------------------------------------------ types

export interface RecordType extends Node {
  readonly kind: "record";
  readonly fields: readonly FieldType[];
  readonly open: boolean;
  readonly closing: readonly string[];
}

export interface FieldType extends LineNode {
  readonly name: Word;
  readonly optional: boolean;
  readonly type: TypeExpression;
  readonly refinements: readonly Refinement[];
  readonly claim: Text | undefined;
  readonly onResult: boolean;
}

export type TypeExpression =
  | (Node & { readonly kind: "named"; readonly name: Name; readonly of: TypeExpression | undefined })
  | (Node & { readonly kind: "text"; readonly value: string })
  | (Node & { readonly kind: "union"; readonly members: readonly TypeExpression[] })
  | RecordType;

export type Refinement = Node &
  (
    | { readonly kind: "size" | "range"; readonly low: NumberLiteral; readonly high: NumberLiteral }
    | { readonly kind: "matches"; readonly regex: RegexLiteral }
    | { readonly kind: "like"; readonly globs: Expression }
    | { readonly kind: "under" | "starts with" | "ends with"; readonly text: Text }
    | { readonly kind: "in"; readonly list: ListExpression }
    | { readonly kind: "unique" }
  );

// ------------------------------------------------------------ expressions

export type Expression =
  | StringLiteral
  | NumberLiteral
  | Duration
  | DateLiteral
  | RegexLiteral
  | (Node & { readonly kind: "bool"; readonly value: boolean })
  | (Node & { readonly kind: "null" })
  | ListExpression
  | (Node & { readonly kind: "range"; readonly low: Expression; readonly high: Expression })
  | (Node & { readonly kind: "and" | "or"; readonly parts: readonly Expression[] })
  | (Node & { readonly kind: "not"; readonly part: Expression })
  | Quantifier
  | (Node & { readonly kind: "has"; readonly path: Expression })
  | (Node & { readonly kind: "carries"; readonly label: Name })
  | (Node & { readonly kind: "happened"; readonly verb: EventVerb; readonly events: Events })
  | Binary
  | (Node & { readonly kind: "test"; readonly operator: string; readonly operand: Expression })
  | (Node & { readonly kind: "default"; readonly value: Expression; readonly fallback: Expression })
  | (Node & { readonly kind: "call"; readonly function: Name; readonly operands: readonly Expression[] })
  | (Node & { readonly kind: "name"; readonly name: Name })
  | (Node & { readonly kind: "member"; readonly of: Expression; readonly key: Word })
  | (Node & { readonly kind: "index"; readonly of: Expression; readonly key: Expression })
  | (Node & {
      readonly kind: "count";
      /** `count of distinct EXPR over`. */
      readonly distinct: Expression | undefined;
      readonly verb: EventVerb | undefined;
      readonly events: Events;
    })
  | (Node & { readonly kind: "sum-over"; readonly value: Expression; readonly events: Events })
  | (Node & {
      readonly kind: "sum-for";
      readonly value: Expression;
      readonly variable: Name;
      readonly list: Expression;
    });

export interface StringLiteral extends Node {
  readonly kind: "string";
  readonly value: string;
}

/** `text` is the spelling, which the printer keeps: `10_000`, `1KiB`. */
export interface NumberLiteral extends Node {
  readonly kind: "number";
  readonly value: number;
  readonly text: string;
}

/** `value` in milliseconds. */
export interface Duration extends Node {
  readonly kind: "duration";
  readonly value: number;
  readonly text: string;
}

/** `value` in epoch milliseconds, UTC. */
export interface DateLiteral extends Node {
  readonly kind: "date";
  readonly value: number;
  readonly text: string;
}

/** `source` is what stands between the slashes, as written. */
export interface RegexLiteral extends Node {
  readonly kind: "regex";
  readonly source: string;
}

export interface ListExpression extends Node {
  readonly kind: "list";
  readonly items: readonly Expression[];
}

export interface Quantifier extends Node {
  readonly kind: "every" | "some";
  readonly variable: Name;
  readonly list: Expression;
  readonly body: Expression;
}

/** Two operands about a spelling of the operator table: `==`, `starts with`, `+`. `operator` has one space between words. */
export interface Binary extends Node {
  readonly kind: "binary";
  readonly operator: string;
  readonly operatorSpan: Span;
  readonly left: Expression;
  readonly right: Expression;
}

export type EventVerb = "attempted" | "called" | "completed";

export interface Events extends Node {
  readonly operation: Operation;
  readonly byAnyone: boolean;
  readonly with: Expression | undefined;
  readonly since: { readonly operation: Operation; readonly with: Expression | undefined } | undefined;
  readonly last: Duration;
}
