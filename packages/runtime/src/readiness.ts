import { type Context, type Field, type PolicyIr, type Principal, read, type Value } from "@mcpolicy/core";
import { areTexts, callerOf, given, isRefused } from "./caller.ts";

/** How what a host gives is made ready for an engine, which takes it as it is wherever that makes no difference to the rules. */
export interface Readiness {
  /** From a principal to the caller that an engine is given; undefined where it cannot be one. Most are ready as they are. */
  readonly caller: (principal: Principal | undefined) => Principal | undefined;
  /** The context without fields that have no value. */
  readonly context: (context: Context) => Context;
  /** Whether conditions read nothing of either, so that an engine may be given both as they are, and be asked before it is known whether it is a caller. */
  readonly isAsGiven: boolean;
}

/** Finds out once what the conditions of a policy read of callers and contexts, so that nothing is asked of a host's record in vain. */
export function readinessOf(ir: PolicyIr): Readiness {
  const read = namesRead([ir.rules, ir.requires, ir.limits, ir.labels, ir.redacts]);
  const isAsGiven = read.principal?.length === 0 && read.context?.length === 0;
  return { caller: callerReadiness(ir, read.principal), context: contextReadiness(read.context), isAsGiven };
}

function callerReadiness(ir: PolicyIr, names: readonly string[] | undefined): Readiness["caller"] {
  // `isCaller` looks at the id and the roles.
  const isKnown = ([name, { type }]: [string, Field]): boolean =>
    name === "roles" || (name === "id" && type.kind === "string");
  const required = Object.entries(ir.principal).filter((entry) => !entry[1].optional && !isKnown(entry));
  const slowly: Readiness["caller"] = (principal) => {
    const caller = callerOf(ir, principal);
    return isRefused(caller) ? undefined : (caller as Principal);
  };
  // Roles that are read are those with all that they include.
  if (names === undefined || names.includes("roles")) return slowly;
  if (names.length === 0 && required.length === 0) {
    return (principal) => (principal !== undefined && isCaller(principal) ? principal : slowly(principal));
  }
  const hasRequired = (principal: Principal): boolean =>
    required.every(([name, { type }]) => {
      const value = principal[name] as Value | undefined;
      return Object.hasOwn(principal, name) && read(type, value, undefined) !== undefined;
    });
  return (principal) => {
    if (principal === undefined || !isCaller(principal) || !isAsGiven(principal, names)) return slowly(principal);
    return hasRequired(principal) ? principal : undefined;
  };
}

function contextReadiness(names: readonly string[] | undefined): Readiness["context"] {
  if (names === undefined) return given;
  if (names.length === 0) return (context) => context;
  return (context) => (isAsGiven(context, names) ? context : given(context));
}

/** Whether `callerOf` would take the id and the roles as they are; included roles are nothing that engines need. */
function isCaller({ id, roles }: Principal): boolean {
  return areTexts(roles) && typeof id === "string" && id !== "" && id.isWellFormed();
}

/** Whether of a host's record, the names that conditions read have a value of their own or are not there at all. */
function isAsGiven(facts: object, names: readonly string[]): boolean {
  for (let at = 0; at < names.length; at++) {
    const name = names[at] as keyof typeof facts;
    const value: unknown = facts[name];
    if (value === undefined ? name in facts : !Object.hasOwn(facts, name)) return false;
  }
  return true;
}

/** Of each root the names that conditions read of it, or undefined where one reads all of it. */
interface NamesRead {
  readonly principal: readonly string[] | undefined;
  readonly context: readonly string[] | undefined;
}

/** Parts of a rule in which no reference can stand: where it is written, whom and which operations it is about, types. */
const without: ReadonlySet<string> = new Set(["place", "at", "who", "operations", "as"]);

/** Whatever looks like a reference to a root counts. */
function namesRead(parts: unknown): NamesRead {
  const found = { principal: new Set<unknown>(), context: new Set<unknown>() };
  const look = (part: unknown): void => {
    if (typeof part !== "object" || part === null) return;
    if (Array.isArray(part)) {
      for (const each of part) look(each);
      return;
    }
    const { kind, root, path } = part as Partial<Record<string, unknown>>;
    if (kind === "reference" && (root === "principal" || root === "context")) {
      found[root].add(Array.isArray(path) ? path[0] : undefined);
    }
    for (const name in part) if (!without.has(name)) look(part[name as keyof typeof part]);
  };
  look(parts);
  const texts = (names: ReadonlySet<unknown>): readonly string[] | undefined =>
    [...names].every((name) => typeof name === "string") ? ([...names] as string[]) : undefined;
  return { principal: texts(found.principal), context: texts(found.context) };
}
