import { type PolicyIr, type Principal, type Request, read, type Value } from "@mcpolicy/core";
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

type Engaged = Parameters<Means["engine"]["permits"]>[0];

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
  const callers = all.map(({ ir }) => readyCallers(ir));
  const never: BoundPolicy = { permits: () => false, authorizes: () => false };

  function ask(request: Request, isValidated: boolean): boolean {
    try {
      if (!Number.isFinite(request.context.time)) return false;
      for (let at = 0; at < all.length; at++) {
        const each = all[at] as Means;
        const principal = (callers[at] as ReadyCallers)(request.principal);
        if (principal === undefined || !holds(each, request as Engaged, principal, isValidated)) return false;
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
          const asked = (isValidated: boolean) => (call: Call) => ask({ ...call, principal: own }, isValidated);
          return { permits: asked(false), authorizes: asked(true) };
        }
        const caller = structuredClone(made[0]) as Principal;
        const asked = (isValidated: boolean) => (call: Call) => {
          try {
            return Number.isFinite(call.context.time) && holds(means, call as Engaged, caller, isValidated);
          } catch {
            return false;
          }
        };
        return { permits: asked(false), authorizes: asked(true) };
      } catch {
        return never;
      }
    },
  };
}

function holds(means: Means, request: Engaged, principal: Principal, isValidated: boolean): boolean {
  if (!isValidated && !means.isValid(request.operation, request.arguments)) return false;
  const isAsGiven = request.principal === principal && !hasUndefined(request.context);
  return means.engine.permits(isAsGiven ? request : { ...request, principal, context: given(request.context) });
}

/** From a principal to the caller that an engine is given; undefined where it cannot be one. */
type ReadyCallers = (principal: Principal | undefined) => Principal | undefined;

/** Most principals are ready as they are; the rest is made so, as `callerOf` does. */
function readyCallers(ir: PolicyIr): ReadyCallers {
  const required = Object.entries(ir.principal).filter(([name, { optional }]) => !optional && name !== "roles");
  const readsRoles = mentionsRoles([ir.rules, ir.requires, ir.limits, ir.labels]);
  return (principal) => {
    if (principal !== undefined && !readsRoles && isReady(principal)) {
      for (const [name, { type }] of required) {
        if (!Object.hasOwn(principal, name)) return undefined;
        if (read(type, principal[name] as Value | undefined, undefined) === undefined) return undefined;
      }
      return principal;
    }
    const caller = callerOf(ir, principal);
    return isRefused(caller) ? undefined : (caller as Principal);
  };
}

/** Whether `callerOf` would change nothing but add included roles, which engines do not need. */
function isReady(principal: Principal): boolean {
  const { id, roles } = principal;
  if (typeof id !== "string" || id === "" || !Array.isArray(roles)) return false;
  for (let at = 0; at < roles.length; at++) if (typeof roles[at] !== "string") return false;
  return Object.getPrototypeOf(principal) === Object.prototype && !hasUndefined(principal);
}

function hasUndefined(facts: object): boolean {
  for (const name in facts) if (facts[name as keyof typeof facts] === undefined) return true;
  return false;
}

/** Whether some condition reads the caller's roles. Whatever looks like such a reference counts. */
function mentionsRoles(part: unknown): boolean {
  if (typeof part !== "object" || part === null) return false;
  const { kind, root, path } = part as Partial<Record<string, unknown>>;
  if (kind === "reference" && root === "principal")
    return !Array.isArray(path) || path[0] === undefined || path[0] === "roles";
  return Object.values(part).some(mentionsRoles);
}

function withNarrowed(means: Means): readonly Means[] {
  return [means, ...means.narrows.flatMap(withNarrowed)];
}
