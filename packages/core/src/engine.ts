import type { PolicyIr } from "./ir.ts";
import type { Principal, Request } from "./request.ts";
import type { Formats } from "./schema/keyword.ts";
import type { JsonObject } from "./value.ts";

/**
 * One evaluator of the rules: closures, generated code, the interpreter. It answers steps 4 and 5 of a decision only (deny rules,
 * then allow rules); authentication, known operations and validation come before it.
 */
export interface Engine {
  readonly name: string;
  /**
   * Whether no enforced deny possibly matches and some allow surely does; never of an operation that the policy does not know. The
   * request's arguments are within the bounds of the runtime (plain JSON, Unicode text), and nothing in its context is `undefined`.
   * `caller` stands for the request's principal: as the runtime accepts it, with or without the roles that its own include (with them
   * where a condition reads `principal.roles`). May throw on a bug of ours; whoever asks takes that for a no.
   */
  readonly permits: (request: Request, caller: Principal) => boolean;
  /**
   * A function that says whether arguments, which are within bounds, fit the schema of a pinned tool; undefined where the engine leaves that to the
   * runtime's own checks. Throws where the schema is none.
   */
  readonly fits?: (server: string, tool: string) => ((args: JsonObject) => boolean) | undefined;
}

/** Makes an evaluator of a policy, once, at load time. `formats` are what schemas mean by `format`; without them it leaves schemas to the runtime. */
export type EngineFactory = (ir: PolicyIr, formats?: Formats) => Engine;
