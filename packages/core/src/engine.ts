import type { PolicyIr } from "./ir.ts";
import type { Request } from "./request.ts";

/**
 * One evaluator of the rules: closures, generated code, the interpreter. It answers steps 4 and 5 of a decision only (deny rules,
 * then allow rules); authentication, known operations and validation come before it.
 */
export interface Engine {
  readonly name: string;
  /**
   * Whether no enforced deny possibly matches and some allow surely does; never of an operation that the policy does not know. `arguments` are within the
   * bounds of the runtime (plain JSON, Unicode text); `principal` is a caller as the runtime accepts it, with or without the roles that its own include (with
   * them where a condition reads `principal.roles`). May throw on a bug of
   * ours; the caller takes that as a denial with reason `fault`.
   */
  readonly permits: (request: Request & { readonly principal: NonNullable<Request["principal"]> }) => boolean;
}

/** Makes an evaluator of a policy, once, at load time. */
export type EngineFactory = (ir: PolicyIr) => Engine;
