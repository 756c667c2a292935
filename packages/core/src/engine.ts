import type { PolicyIr } from "./ir.ts";
import type { Context, Principal, Request } from "./request.ts";
import type { Formats } from "./schema/keyword.ts";
import type { State } from "./state.ts";
import type { JsonObject } from "./value.ts";

/**
 * One evaluator of the rules: closures, generated code, the interpreter. It answers steps 4 and 5 of a decision (deny rules, then allow
 * rules), and which rules of every sort apply then; authentication, known operations and validation come before it.
 *
 * The request's arguments are within the bounds of the runtime (plain JSON, Unicode text), and nothing in its context is `undefined`.
 * `caller` stands for the request's principal: as the runtime accepts it, with or without the roles that its own include (with them where a
 * condition reads `principal.roles`). Where conditions read nothing of a principal, `permits` may be asked of one that is still to be looked at, and its yes
 * counts only once the runtime has accepted it. Any of these may throw, on a bug of ours or on what is no request; whoever asks takes that for a no.
 */
export interface Engine {
  readonly name: string;
  /** Whether no enforced deny possibly matches and some enforced allow surely does; never of an operation that the policy does not know. */
  readonly permits: (request: Request, caller: Principal) => boolean;
  /**
   * Where `permits` is true the numbers (`callRules`) of the rules that apply, in no order and each perhaps more than once: the allows that cover
   * the request, what narrows it, and those in `shadow`; undefined where it is false.
   */
  readonly applying: (request: Request, caller: Principal) => readonly number[] | undefined;
  /** What the engine knows of a caller's roles, to be given to `permitsTool` as often as the caller asks. */
  readonly rolesOf: (caller: Principal) => unknown;
  /** `permits` of a tool, without an object around the call. */
  readonly permitsTool: (
    roles: unknown,
    caller: Principal,
    server: string,
    tool: string,
    args: JsonObject,
    context: Context,
    state: State | undefined,
  ) => boolean;
  /**
   * A function that says whether arguments, which are within bounds, fit the schema of a pinned tool; undefined where the engine leaves that to the
   * runtime's own checks. Throws where the schema is none.
   */
  readonly fits?: (server: string, tool: string) => ((args: JsonObject) => boolean) | undefined;
}

/** Makes an evaluator of a policy, once, at load time. `formats` are what schemas mean by `format`; without them it leaves schemas to the runtime. */
export type EngineFactory = (ir: PolicyIr, formats?: Formats) => Engine;
