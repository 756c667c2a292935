import { type Principal, type Request, read, type Value } from "@mcpolicy/core";
import { callerOf, given, isRefused } from "./caller.ts";
import { decide, type Means } from "./decide.ts";

/** A request without its caller. */
export type Call = Omit<Request, "principal">;

/** A policy for one caller: what depends on the caller alone was settled when it was made. */
export interface BoundPolicy {
  /** As `LoadedPolicy.permits`. */
  readonly permits: (call: Call) => boolean;
  /** As `LoadedPolicy.authorizes`. */
  readonly authorizes: (call: Call) => boolean;
}

/** Both yes-or-no questions of a policy and all that it narrows. Neither throws: a failure is a no. */
export interface YesOrNo {
  /** Whether `decide` would say `allow`, in a fraction of its time, without saying why. */
  readonly permits: (request: Request) => boolean;
  /**
   * The same of arguments that `validate` found nothing wrong with, or that came through a server's own validation: the schema is not asked
   * again. They have to be plain JSON, such as `JSON.parse` gives, with Unicode texts.
   */
  readonly authorizes: (request: Request) => boolean;
  /** The two questions for one caller, who is looked at once. */
  readonly bind: (principal: Principal | undefined) => BoundPolicy;
}

/**
 * Asks the engine alone. What needs more than rules (proofs, limits) is decided in full. An engine's yes needs no look at lists: what
 * can be called is listed, since a deny that holds whatever the arguments holds of these arguments too.
 */
export function yesOrNo(means: Means): YesOrNo {
  const all = withNarrowed(means);
  const needsMore = all.some(({ ir }) => (ir.requires ?? []).length > 0 || (ir.limits ?? []).length > 0);
  const each = all.map(asked);
  const never: BoundPolicy = { permits: () => false, authorizes: () => false };

  function ask(request: Request, isValidated: boolean): boolean {
    try {
      if (!Number.isFinite(request.context.time)) return false;
      for (const policy of each) {
        const caller = policy.readyCaller(request.principal);
        if (caller === undefined || !holds(policy, request, caller, isValidated)) return false;
      }
      return !needsMore || decide(means, request, "").decision.effect === "allow";
    } catch {
      return false;
    }
  }

  return {
    permits: (request) => ask(request, false),
    authorizes: (request) => ask(request, true),
    bind(principal) {
      try {
        const made = all.map(({ ir }) => callerOf(ir, principal));
        if (principal === undefined || made.some(isRefused)) return never;
        if (needsMore || all.length > 1) {
          // A copy, so that a host that changes its object later changes nothing here.
          const own = structuredClone({ ...given(principal), id: principal.id, roles: principal.roles });
          const question = (isValidated: boolean) => (call: Call) => ask({ ...call, principal: own }, isValidated);
          return { permits: question(false), authorizes: question(true) };
        }
        const caller = structuredClone(made[0]) as Principal;
        const question = (isValidated: boolean) => (call: Call) => {
          try {
            return Number.isFinite(call.context.time) && holds(each[0] as Asked, call, caller, isValidated);
          } catch {
            return false;
          }
        };
        return { permits: question(false), authorizes: question(true) };
      } catch {
        return never;
      }
    },
  };
}

function holds({ means, readsContext }: Asked, request: Call, caller: Principal, isValidated: boolean): boolean {
  if (!isValidated && !means.isValid(request.operation, request.arguments)) return false;
  const isPlain = isAsGiven(request.context, readsContext);
  return means.engine.permits((isPlain ? request : { ...request, context: given(request.context) }) as Request, caller);
}

/** One policy, and what has to be known of it to give callers and contexts to its engine as they are. */
interface Asked {
  readonly means: Means;
  readonly readyCaller: (principal: Principal | undefined) => Principal | undefined;
  readonly readsContext: readonly string[] | undefined;
}

function asked(means: Means): Asked {
  const { ir } = means;
  const conditions = [ir.rules, ir.requires, ir.limits, ir.labels];
  const reads = namesRead("principal", conditions);
  const readsRoles = reads === undefined || reads.includes("roles");
  const required = Object.entries(ir.principal).filter(([name, { optional }]) => !optional && name !== "roles");

  /** From a principal to the caller that an engine is given; undefined where it cannot be one. Most are ready as they are. */
  function readyCaller(principal: Principal | undefined): Principal | undefined {
    if (principal !== undefined && !readsRoles && isCaller(principal) && isAsGiven(principal, reads)) {
      for (const [name, { type }] of required) {
        if (!Object.hasOwn(principal, name)) return undefined;
        if (read(type, principal[name] as Value | undefined, undefined) === undefined) return undefined;
      }
      return principal;
    }
    const caller = callerOf(ir, principal);
    return isRefused(caller) ? undefined : (caller as Principal);
  }

  return { means, readyCaller, readsContext: namesRead("context", conditions) };
}

/** Whether `callerOf` would take the id and the roles as they are; included roles are nothing that engines need. */
function isCaller({ id, roles }: Principal): boolean {
  if (typeof id !== "string" || id === "" || !Array.isArray(roles)) return false;
  for (let at = 0; at < roles.length; at++) if (typeof roles[at] !== "string") return false;
  return true;
}

/** Whether of a host's record, the names that conditions read have a value of their own or are not there at all. */
function isAsGiven(facts: object, names: readonly string[] | undefined): boolean {
  if (names === undefined) return false;
  for (const name of names) {
    const value: unknown = facts[name as keyof typeof facts];
    if (value === undefined ? name in facts : !Object.hasOwn(facts, name)) return false;
  }
  return true;
}

/** The names that conditions read of a root, or undefined where one reads all of it. Whatever looks like such a reference counts. */
function namesRead(root: "principal" | "context", parts: unknown): readonly string[] | undefined {
  const names = new Set<unknown>();
  const look = (part: unknown): void => {
    if (typeof part !== "object" || part === null) return;
    const { kind, root: from, path } = part as Partial<Record<string, unknown>>;
    if (kind === "reference" && from === root) names.add(Array.isArray(path) ? path[0] : undefined);
    for (const each of Object.values(part)) look(each);
  };
  look(parts);
  return [...names].every((name) => typeof name === "string") ? ([...names] as string[]) : undefined;
}

function withNarrowed(means: Means): readonly Means[] {
  return [means, ...means.narrows.flatMap(withNarrowed)];
}
