import type { PolicyIr, Value } from "@mcpolicy/core";
import { canonicalAudience, whyNoAudience } from "./audience.ts";
import { SettingsError } from "./settings-error.ts";

/** What a policy demands of tokens (`token { … }`), those that it narrows included. Durations in milliseconds. */
export interface Demands {
  readonly issuers: readonly string[];
  /** Canonical. */
  readonly audiences: readonly string[];
  /** As a token's header spells them. */
  readonly algorithms: ReadonlySet<string>;
  readonly lifetime: number;
  readonly skew: number;
}

/** Five minutes, and half a minute between clocks. */
export const usual: Pick<Demands, "lifetime" | "skew"> = Object.freeze({ lifetime: 300_000, skew: 30_000 });

/** Clocks that differ by more are wrong. */
const MOST_SKEW = 60_000;

/**
 * How a header spells each algorithm that a policy can name: those whose verifier cannot sign (RFC 7518, RFC 8037). `Ed25519` is the name
 * that RFC 9864 gives the one EdDSA in use. Nothing else can be allowed: not `none`, not a shared secret.
 */
// biome-ignore format: table
const spellings: Readonly<Record<string, readonly string[]>> = {
  EdDSA: ["EdDSA", "Ed25519"],
  ES256: ["ES256"], ES384: ["ES384"], ES512: ["ES512"],
  PS256: ["PS256"], PS384: ["PS384"], PS512: ["PS512"],
  RS256: ["RS256"], RS384: ["RS384"], RS512: ["RS512"],
};

type Statement = Readonly<Record<string, Value>>;

/**
 * What `token` of a policy, and of all that it narrows, demands together: the strictest of each. Undefined where none has a `token`
 * statement. Throws a `SettingsError` where they leave nothing, or say what cannot be.
 */
export function demandsOf(policy: PolicyIr): Demands | undefined {
  const statements = withNarrowed(policy).flatMap(({ deployment }): readonly Statement[] =>
    deployment?.token === undefined ? [] : [deployment.token],
  );
  if (statements.length === 0) return undefined;
  const several = statements.map((each) => names(each, "issuer")).filter((each) => each.length > 0);
  if (new Set(several.map(({ length }) => length > 1)).size > 1) {
    throw new SettingsError(
      "a policy names one `issuer` and a policy that it narrows several: each would call the same caller another `id`; let both name one, or both several",
    );
  }
  const algorithms = common(statements, "algorithms", (name) => {
    const known = Object.hasOwn(spellings, name) ? spellings[name]! : [];
    if (known.length === 0)
      throw new SettingsError(`\`token\` allows \`${name}\`, which is no signature with a public key`);
    return known;
  });
  return {
    issuers: common(statements, "issuer", (name) => [name]) ?? [],
    audiences: common(statements, "audience", (name) => [oneOfOurs(name)]) ?? [],
    algorithms: new Set(algorithms ?? [...spellings["EdDSA"]!, ...spellings["ES256"]!]),
    lifetime: least(statements, "lifetime") ?? usual.lifetime,
    skew: checkedSkew(least(statements, "skew") ?? usual.skew),
  };
}

/** A policy and all that it narrows. */
export function withNarrowed(policy: PolicyIr): readonly PolicyIr[] {
  return [policy, ...(policy.narrows ?? []).flatMap(withNarrowed)];
}

/** Canonical. Throws a `SettingsError` where a resource cannot be called so. */
export function oneOfOurs(name: string): string {
  const why = whyNoAudience(name);
  if (why !== "") throw new SettingsError(`\`${name}\` cannot be an audience: ${why}`);
  return canonicalAudience(name);
}

function checkedSkew(skew: number): number {
  if (skew <= MOST_SKEW) return skew;
  throw new SettingsError(`\`token\` lets clocks differ by ${skew / 1000} s; a minute is the most`);
}

/** What all statements that have a setting name; undefined where none has it. */
function common(
  statements: readonly Statement[],
  setting: string,
  meant: (name: string) => readonly string[],
): readonly string[] | undefined {
  const lists = statements
    .filter((each) => Object.hasOwn(each, setting))
    .map((each) => names(each, setting).flatMap(meant));
  const [first, ...others] = lists;
  if (first === undefined) return undefined;
  const left = first.filter((name) => others.every((list) => list.includes(name)));
  if (left.length > 0) return [...new Set(left)];
  throw new SettingsError(
    `no \`${setting}\` is left that the policy and all that it narrows name: no token could be valid`,
  );
}

function names(statement: Statement, setting: string): readonly string[] {
  if (!Object.hasOwn(statement, setting)) return [];
  const value = statement[setting];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.every((each) => typeof each === "string" && each !== "")) return list as readonly string[];
  throw new SettingsError(`\`${setting}\` of \`token\` is no list of texts; compile the policy again`);
}

function least(statements: readonly Statement[], setting: string): number | undefined {
  const values = statements.filter((each) => Object.hasOwn(each, setting)).map((each) => each[setting]);
  if (!values.every((each): each is number => Number.isFinite(each) && (each as number) >= 0)) {
    throw new SettingsError(`\`${setting}\` of \`token\` is no length of time; compile the policy again`);
  }
  return values.length === 0 ? undefined : Math.min(...values);
}
