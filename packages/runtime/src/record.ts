import {
  type AuditedCaller,
  type Context,
  equal,
  type JsonObject,
  type KeptResult,
  type KeptValues,
  type PolicyIr,
  type PreparedDetector,
  type Principal,
  type RecordSalt,
  read,
  saltedDigest,
  type Value,
} from "@mcpolicy/core";
import { type Find, redact, redactValue } from "./redact.ts";
import type { ToolResult } from "./tool-result.ts";

/**
 * What records may keep of calls and results, by `audit` (language.md, section 3). Digests need the record's salts: without them names are
 * kept in their place. Never throws: on a failure nothing is kept.
 */
export interface Recorder {
  readonly arguments: (args: JsonObject, salt?: RecordSalt) => KeptValues;
  /** Who called, with the attributes that the policy declares; these are kept as arguments are. */
  readonly caller: (principal: Principal, salt?: RecordSalt) => AuditedCaller;
  /** The facts that the policy declares, kept as arguments are; undefined where there are none. */
  readonly context: (context: Context, salt?: RecordSalt) => KeptValues | undefined;
  readonly result: (result: ToolResult) => KeptResult;
  /** What was said for the record, with what `audit` masks. */
  readonly text: (text: string) => string;
}

/** From least to most. */
const ofValues = ["keys", "hashed", "full"] as const;
const ofResults = ["size", "full"] as const;

/** Attributes that a record names by themselves. */
const named: ReadonlySet<string> = new Set(["id", "client", "roles", "tenant"]);

/**
 * What `audit` of a policy and of all that it narrows lets records keep: the least that any of them says, what any of them masks being
 * masked, names and digests included; digests of arguments and sizes of results where none says anything. Throws where a detector cannot
 * be read.
 */
export function recorderOf(ir: PolicyIr): Recorder {
  const policies = withNarrowed(ir);
  const said = policies.flatMap(({ deployment }) => (deployment?.audit === undefined ? [] : [deployment.audit]));
  const least = <Kept extends string>(order: readonly Kept[], name: string, otherwise: Kept): Kept => {
    const levels = said.flatMap((audit) => order.filter((each) => each === audit[name]));
    return order.find((each) => levels.includes(each)) ?? otherwise;
  };
  const values = least(ofValues, "arguments", "hashed");
  const results = least(ofResults, "results", "size");
  const find = finderOf(said.flatMap(({ redact: detectors }) => (detectors as readonly Value[] | undefined) ?? []));
  const attributes = [...new Set(policies.flatMap((each) => Object.keys(each.principal)))].filter(
    (name) => !named.has(name),
  );
  const facts = [...new Set(policies.flatMap((each) => Object.keys(each.context)))].filter((name) => name !== "time");

  const kept = (given: JsonObject, path: string, salt: RecordSalt | undefined): KeptValues => {
    try {
      const masked = redactValue(given, find) as JsonObject;
      const isMasked = equal(masked, given) ? {} : { masked: true as const };
      if (values === "full") return { kept: "full", values: masked, ...isMasked };
      if (values === "keys" || salt === undefined) return { kept: "keys", names: Object.keys(masked) };
      const digest = ([name, value]: [string, Value]) => [name, saltedDigest(salt(`${path}/${name}`), value)];
      return { kept: "hashed", digests: Object.fromEntries(Object.entries(masked).map(digest)), ...isMasked };
    } catch {
      return { kept: "keys", names: [] };
    }
  };

  return {
    arguments: (args, salt) => kept(args, "/arguments", salt),
    caller(principal, salt) {
      const { id, client, roles, tenant } = principal;
      const further = only(principal, attributes);
      return {
        id,
        ...(client === undefined ? {} : { client }),
        ...(typeof tenant === "string" ? { tenant } : {}),
        roles: [...roles],
        ...(further === undefined ? {} : { attributes: kept(further, "/caller/attributes", salt) }),
      };
    },
    context(context, salt) {
      const known = only(context, facts);
      return known === undefined ? undefined : kept(known, "/context", salt);
    },
    result(given) {
      try {
        const size = new TextEncoder().encode(JSON.stringify(given)).length;
        return results === "size"
          ? { kept: "size", size }
          : { kept: "full", size, result: redact(given, find) as JsonObject };
      } catch {
        return { kept: "size", size: 0 };
      }
    },
    text: (text) => String(redactValue(text, find)),
  };
}

/** The own fields of these names; undefined where there are none. */
function only(given: JsonObject | Principal | Context, names: readonly string[]): JsonObject | undefined {
  const found = names.filter((name) => Object.hasOwn(given, name) && given[name] !== undefined);
  return found.length === 0 ? undefined : Object.fromEntries(found.map((name) => [name, given[name] as Value]));
}

function finderOf(detectors: readonly Value[]): Find {
  const prepared = detectors.map((value) => {
    const detector = read({ kind: "detector" }, value, undefined);
    if (detector === undefined) throw new Error("`audit` names a detector that this runtime has not got");
    return detector as unknown as PreparedDetector;
  });
  return (text) => prepared.flatMap(({ find }) => find(text));
}

function withNarrowed(ir: PolicyIr): readonly PolicyIr[] {
  return [ir, ...(ir.narrows ?? []).flatMap(withNarrowed)];
}
