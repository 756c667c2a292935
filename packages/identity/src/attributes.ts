import {
  absent,
  type Field,
  frozen,
  isRecord,
  type JsonObject,
  type PolicyIr,
  type Principal,
  read,
  step,
  type Type,
  type Value,
} from "@mcpolicy/core";
import { withNarrowed } from "./demands.ts";
import { SettingsError } from "./settings-error.ts";

/** How a policy reads a caller: each attribute that it declares, with the claim that it comes from. */
export interface Attributes {
  /** The claims of what every caller has; the usual ones where the policy names none. */
  readonly id: string;
  readonly client: readonly string[];
  readonly roles: string;
  /** Whether a token without roles, or without a client, is no token. */
  readonly needsRoles: boolean;
  readonly needsClient: boolean;
  readonly own: readonly Attribute[];
}

export interface Attribute {
  readonly name: string;
  /** Undefined: no token can give it. */
  readonly claim: string | undefined;
  readonly type: Type;
  readonly optional: boolean;
}

/** What an identity is made of before its attributes: its name, and where that name holds. */
export interface Identity {
  readonly id: string;
  readonly client?: string;
  readonly roles: readonly string[];
}

const builtIn: ReadonlySet<string> = new Set(["id", "client", "roles"]);

/**
 * The attributes that a policy, and all that it narrows, declare. Throws a `SettingsError` where two of them read the same attribute from
 * different claims or as different types.
 */
export function attributesOf(policy: PolicyIr): Attributes {
  const policies = withNarrowed(policy);
  const claims = new Map<string, string>();
  for (const { claims: named = {} } of policies) {
    for (const [name, claim] of Object.entries(named)) {
      if ((claims.get(name) ?? claim) !== claim) throw disagreement(name, "from another claim");
      claims.set(name, claim);
    }
  }
  const fields = new Map<string, Field>();
  for (const { principal } of policies) {
    for (const [name, field] of Object.entries(principal)) {
      const before = fields.get(name) ?? field;
      if (JSON.stringify(before.type) !== JSON.stringify(field.type)) throw disagreement(name, "as another type");
      fields.set(name, { type: field.type, optional: before.optional && field.optional });
    }
  }
  const client = claims.get("client");
  return {
    id: claims.get("id") ?? "sub",
    client: client === undefined ? ["client_id", "azp"] : [client],
    roles: claims.get("roles") ?? "roles",
    needsRoles: claims.has("roles"),
    needsClient: fields.get("client")?.optional === false,
    own: [...fields]
      .filter(([name]) => !builtIn.has(name))
      .map(([name, field]) => ({ name, claim: claims.get(name), ...field })),
  };
}

/** Throws a `SettingsError` where the policy requires an attribute of callers that no token can give. */
export function demandClaims({ own }: Attributes): void {
  const without = own.find(({ claim, optional }) => claim === undefined && !optional);
  if (without === undefined) return;
  throw new SettingsError(
    `the policy requires \`principal.${without.name}\` and does not say which claim it comes from: every caller would be unauthenticated; write \`${without.name}: … from claim "…"\`, or \`${without.name}?\``,
  );
}

function disagreement(name: string, how: string): SettingsError {
  return new SettingsError(
    `a policy reads \`principal.${name}\` ${how} than a policy that it narrows; let both say the same`,
  );
}

/** The name, the client and the roles in a token's claims; or what is wrong with them, naming no value. */
export function identityOf(attributes: Attributes, claims: JsonObject): Identity | { readonly why: string } {
  const id = claimed(claims, attributes.id);
  if (!isName(id)) return { why: `its \`${attributes.id}\` is missing or no name` };
  const clientClaim = attributes.client.find((claim) => claimed(claims, claim) !== absent);
  const client = clientClaim === undefined ? absent : claimed(claims, clientClaim);
  if (client !== absent && !isName(client)) return { why: `its \`${clientClaim}\` is no name` };
  if (client === absent && attributes.needsClient) return { why: "it names no client" };
  const roles = listOf(claims, attributes.roles);
  if (roles === absent && attributes.needsRoles) return { why: `its \`${attributes.roles}\` is missing` };
  if (roles !== absent && !isNames(roles)) return { why: `its \`${attributes.roles}\` is no list of texts` };
  return { id, ...(client === absent ? {} : { client }), roles: roles === absent ? [] : [...roles] };
}

/**
 * A caller with what the policy declares of it. `given` gives an attribute's value or `absent`. A missing optional attribute is left out, an
 * ill-typed one stays and reads as unknown; a required one, either way, makes it no caller.
 */
export function principalOf(
  attributes: Attributes,
  { id, client, roles }: Identity,
  given: (attribute: Attribute) => Value | typeof absent,
): { readonly principal: Principal } | { readonly why: string } {
  const own: [string, Value][] = [];
  for (const attribute of attributes.own) {
    const { name, type, optional } = attribute;
    const value = given(attribute);
    // A tenant that cannot be read would be nobody's: it is part of every key of what is remembered.
    const mustFit = !optional || (name === "tenant" && value !== absent);
    if (mustFit && read(type, value, undefined) === undefined) {
      return { why: `the attribute \`${name}\` is missing or of another type` };
    }
    if (value !== absent) own.push([name, value]);
  }
  const principal = { ...Object.fromEntries(own), id, ...(client === undefined ? {} : { client }), roles };
  // What a token said is kept for its next use: nobody changes it in between.
  return { principal: frozen(principal) };
}

/** A claim as an attribute's type reads it: numbers of type `time` are seconds (RFC 7519 §2, NumericDate). */
export function claimOf(claims: JsonObject, { claim, type }: Pick<Attribute, "claim" | "type">): Value | typeof absent {
  if (claim === undefined) return absent;
  if (type.kind === "list") return listOf(claims, claim);
  const value = claimed(claims, claim);
  return type.kind === "time" && typeof value === "number" ? Math.round(value * 1000) : value;
}

/** A claim by its name, or by a JSON Pointer (RFC 6901) where it begins with `/`. Own members only. */
function claimed(claims: JsonObject, claim: string): Value | typeof absent {
  if (!claim.startsWith("/")) return step(claims, claim) ?? absent;
  let value: Value | typeof absent = claims;
  for (const part of claim.slice(1).split("/")) {
    if (!isRecord(value)) return absent;
    value = step(value, part.replaceAll("~1", "/").replaceAll("~0", "~")) ?? absent;
  }
  return value;
}

/** `scope` is a text of names apart by spaces (RFC 8693 §4.2), wherever a list is asked for. */
function listOf(claims: JsonObject, claim: string): Value | typeof absent {
  const value = claimed(claims, claim);
  return claim === "scope" && typeof value === "string" ? value.split(" ").filter((name) => name !== "") : value;
}

function isNames(value: Value): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string" && each.isWellFormed());
}

/** What can name somebody: text of a reasonable length, without half characters and control characters. */
export function isName(value: unknown): value is string {
  return (
    typeof value === "string" &&
    value !== "" &&
    value.length <= 1024 &&
    value.isWellFormed() &&
    !/[\p{Cc}\u2028\u2029]/u.test(value)
  );
}
