import type { JsonObject, Value } from "@mcpolicy/core";

/** The set of rules from other notations, as its file has it. */
export interface RuleSet {
  readonly rules: readonly Rule[];
}

/** One rule: what it is about, in tags, and requests with the decision that they want. */
export interface Rule {
  readonly id: string;
  readonly notation: string;
  readonly needs: readonly string[];
  readonly examples: {
    readonly allow: readonly Example[];
    readonly deny: readonly Example[];
    readonly other: readonly Example[];
  };
}

/** A request, a trace, or a connection; fields that only one rule has are taken through its mapping. */
export interface Example {
  readonly tool?: string;
  readonly args?: JsonObject;
  readonly server?: string;
  readonly principal?: ForeignPrincipal;
  readonly method?: string;
  readonly uri?: string;
  readonly mode?: string;
  readonly annotations?: JsonObject;
  /** RFC 3339. */
  readonly now?: string;
  readonly data?: JsonObject;
  /** The rule stands beside a permit for everything: a policy says so itself. */
  readonly base?: string;
  /** `host:port`. */
  readonly connect?: string;
  /** `allow`, `deny`, `ask`, or the names that a list shows. */
  readonly want?: Want;
  readonly trace?: readonly TraceEvent[];
  readonly [own: string]: unknown;
}

/** Whoever asks: attributes beside `id`, `roles` and `claims` count as claims. */
export interface ForeignPrincipal {
  readonly id?: string;
  readonly roles?: readonly string[];
  readonly claims?: JsonObject;
  readonly [attribute: string]: Value | undefined;
}

export type Want = "allow" | "deny" | "ask" | readonly string[];

/** One event of a trace, `at` seconds: a request with the decision that it wants, or a completed call. */
export interface TraceEvent extends Example {
  readonly at: number;
  readonly request?: string;
  readonly response?: string;
  readonly output?: JsonObject;
}

/** Every example of a rule with what it wants. Throws where one says nothing. */
export function wanted(rule: Rule): readonly { readonly example: Example; readonly want: Want | undefined }[] {
  const { allow, deny, other } = rule.examples;
  const said = other.map((example) => {
    if (example.want === undefined && example.trace === undefined) throw new Error(`an example wants nothing`);
    return { example, want: example.want };
  });
  return [
    ...allow.map((example) => ({ example, want: "allow" as const })),
    ...deny.map((example) => ({ example, want: "deny" as const })),
    ...said,
  ];
}
