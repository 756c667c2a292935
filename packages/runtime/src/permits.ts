import type { Context, JsonObject, Principal, Request, State } from "@mcpolicy/core";
import { callerOf, given, isRefused } from "./caller.ts";
import { decide, type Means } from "./decide.ts";
import { requestOf } from "./tool-call.ts";

/** A request without its caller. */
export type Call = Omit<Request, "principal">;

/** A policy for one caller: what depends on the caller alone was settled when it was made. */
export interface BoundPolicy {
  /** As `LoadedPolicy.permits`. */
  readonly permits: (call: Call) => boolean;
  /** As `LoadedPolicy.authorizes`. */
  readonly authorizes: (call: Call) => boolean;
  /** `permits` of a tool, asked without an object around the call: the fastest question that there is. */
  readonly permitsTool: ToolQuestion;
  /** `authorizes` of a tool. */
  readonly authorizesTool: ToolQuestion;
}

/** Whether a tool may be called with some arguments. `state` is what is remembered; without it nothing is. */
export type ToolQuestion = (server: string, tool: string, args: JsonObject, context: Context, state?: State) => boolean;

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
  const isPlain = all.length === 1 && !needsMore;

  function askPlainly(request: Request, isValidated: boolean): boolean {
    try {
      const { context } = request;
      if (!Number.isFinite(context.time)) return false;
      const caller = means.ready.caller(request.principal);
      if (caller === undefined || !(isValidated || means.isValid(request.operation, request.arguments))) return false;
      const given = means.ready.context(context);
      return means.engine.permits(given === context ? request : { ...request, context: given }, caller);
    } catch {
      return false;
    }
  }

  function askInFull(request: Request, isValidated: boolean): boolean {
    try {
      if (!Number.isFinite(request.context.time)) return false;
      for (const { ready, isValid, engine } of all) {
        const caller = ready.caller(request.principal);
        if (caller === undefined || !(isValidated || isValid(request.operation, request.arguments))) return false;
        if (!engine.permits({ ...request, context: ready.context(request.context) }, caller)) return false;
      }
      return !needsMore || decide(means, request, "").decision.effect === "allow";
    } catch {
      return false;
    }
  }

  const ask = isPlain ? askPlainly : askInFull;
  const bindPlainly = plainly(means);
  return {
    ...(isPlain && means.ready.isAsGiven
      ? asGiven(means)
      : { permits: (request) => ask(request, false), authorizes: (request) => ask(request, true) }),
    bind(principal) {
      try {
        const made = all.map(({ ir }) => callerOf(ir, principal));
        const [first] = made;
        if (principal === undefined || first === undefined || made.some(isRefused)) return never;
        // A copy, so that a host that changes its object later changes nothing here.
        if (isPlain) return bindPlainly(structuredClone(first) as Principal);
        const roles = Array.from(principal.roles);
        return boundInFull(ask, structuredClone({ ...given(principal), id: principal.id, roles }));
      } catch {
        return never;
      }
    },
  };
}

/**
 * Where one policy's rules read a host's records as they are. What can only make a no of a yes, who is no caller, is asked of a yes alone: most requests
 * are a no.
 */
function asGiven({ engine, ready, isValid }: Means): Pick<YesOrNo, "permits" | "authorizes"> {
  const isAllowed = (request: Request): boolean => {
    const { principal } = request;
    return (
      principal !== undefined &&
      engine.permits(request, principal) &&
      Number.isFinite(request.context.time) &&
      ready.caller(principal) !== undefined
    );
  };
  return {
    permits(request) {
      try {
        return isValid(request.operation, request.arguments) && isAllowed(request);
      } catch {
        return false;
      }
    },
    authorizes(request) {
      try {
        return isAllowed(request);
      } catch {
        return false;
      }
    },
  };
}

const never: BoundPolicy = {
  permits: () => false,
  authorizes: () => false,
  permitsTool: () => false,
  authorizesTool: () => false,
};

/** One policy, whose rules say all, for each caller. What is asked of all callers stands here once. */
function plainly({ engine, ready, isValid }: Means): (caller: Principal) => BoundPolicy {
  class Bound implements BoundPolicy {
    readonly #caller: Principal;
    readonly #roles: unknown;

    constructor(caller: Principal) {
      this.#caller = caller;
      this.#roles = engine.rolesOf(caller);
    }

    permits(call: Call): boolean {
      return this.#ask(call, false);
    }

    authorizes(call: Call): boolean {
      return this.#ask(call, true);
    }

    permitsTool(server: string, tool: string, args: JsonObject, context: Context, state?: State): boolean {
      try {
        return (
          isValid({ kind: "tool", server, name: tool }, args) && this.authorizesTool(server, tool, args, context, state)
        );
      } catch {
        return false;
      }
    }

    authorizesTool(server: string, tool: string, args: JsonObject, context: Context, state?: State): boolean {
      try {
        if (!Number.isFinite(context.time)) return false;
        return engine.permitsTool(this.#roles, this.#caller, server, tool, args, ready.context(context), state);
      } catch {
        return false;
      }
    }

    #ask(call: Call, isValidated: boolean): boolean {
      try {
        const { context } = call;
        if (!Number.isFinite(context.time)) return false;
        if (!isValidated && !isValid(call.operation, call.arguments)) return false;
        const given = ready.context(context);
        // An engine looks at the caller that it is given beside the request.
        return engine.permits((given === context ? call : { ...call, context: given }) as Request, this.#caller);
      } catch {
        return false;
      }
    }
  }
  return (caller) => new Bound(caller);
}

/** Several policies, or one that asks for more than rules. */
function boundInFull(ask: (request: Request, isValidated: boolean) => boolean, principal: Principal): BoundPolicy {
  const ofTool =
    (isValidated: boolean): ToolQuestion =>
    (server, tool, args, context, state) =>
      ask(requestOf(principal, server, tool, args, context, state), isValidated);
  return {
    permits: (call) => ask({ ...call, principal }, false),
    authorizes: (call) => ask({ ...call, principal }, true),
    permitsTool: ofTool(false),
    authorizesTool: ofTool(true),
  };
}

function withNarrowed(means: Means): readonly Means[] {
  return [means, ...means.narrows.flatMap(withNarrowed)];
}
