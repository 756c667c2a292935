import {
  type Decision,
  denied,
  fault,
  messageOf,
  type Operation,
  type Principal,
  type Request,
  type SchemaChecker,
  type Violation,
} from "@mcpolicy/core";
import { outOfBounds } from "../bounds.ts";
import { type Caller, callerOf, given, isRefused } from "../caller.ts";
import type { LoadedPolicy } from "../load.ts";
import type { EmbeddedParts, EmbeddedServer, EmbeddedSubject, Moment } from "./parts.ts";
import { byRules, decidingRule, hidingRules, isListed } from "./rules.ts";

/**
 * What a built module does, as its exports: what a loaded policy does under these names, but for what `kept` says to operators, which has neither
 * atoms nor the nearest allow. None of these throws but `validate`, on a bug of ours. `validate` has no schema of a tool that no rule can allow.
 */
export interface EmbeddedPolicy extends Pick<LoadedPolicy, "decide" | "permits" | "list" | "validate"> {
  readonly bind: (principal: Principal | undefined) => {
    readonly permits: (call: Omit<Request, "principal">) => boolean;
  };
}

/**
 * A policy out of what the compiler made of it ahead of time. It decides in the order of language.md section 6, as `decide.ts` does of a loaded
 * policy; what the interpreter says there of rules, functions say here that were made of the same conditions.
 */
export function embeddedPolicy(parts: EmbeddedParts): EmbeddedPolicy {
  const checkers = new Map<() => SchemaChecker, SchemaChecker>();

  /** What finds how arguments break a schema; made when it is first asked for. */
  function checkerOf(server: EmbeddedServer, operation: Operation): SchemaChecker | undefined {
    const make = operation.kind === "tool" ? server.checkers?.get(operation.name) : undefined;
    if (make === undefined) return undefined;
    const checker = checkers.get(make) ?? make();
    checkers.set(make, checker);
    return checker;
  }

  function violations(server: EmbeddedServer, operation: Operation, args: unknown): readonly Violation[] {
    const beyond = outOfBounds(args);
    if (beyond !== undefined) return [beyond];
    return checkerOf(server, operation)?.violations(args as Request["arguments"]) ?? [];
  }

  function isValid(server: EmbeddedServer, operation: Operation, args: unknown): boolean {
    if (outOfBounds(args) !== undefined) return false;
    return checkerOf(server, operation)?.fits(args as Request["arguments"]) ?? true;
  }

  function decideOrThrow(request: Request): Decision {
    const { operation } = request;
    const context = given(request.context);
    const caller = callerOf(parts, request.principal);
    if (isRefused(caller)) {
      const kept = { ...denied.kept, notes: [caller.why] };
      return { ...denied, effect: "unauthenticated", reason: "unauthenticated", kept };
    }
    if (!Number.isFinite(context.time)) return fault("the host gave no `context.time`");

    const server = parts.servers.get(operation.server);
    if (server === undefined) return unknownOperation;
    const hasList = operation.kind === "tool" || operation.kind === "prompt";
    const rules = subjectOf(server, operation) ?? [];
    const before = momentOf({ ...request, arguments: {}, context }, caller);
    if (hasList && !isListed(rules, before)) {
      const hiding = hidingRules(rules, before).map((rule) => decidingRule({ rule, truth: true }));
      return { ...unknownOperation, rules: hiding, kept: { ...denied.kept, hidden: true } };
    }

    if (!isValid(server, operation, request.arguments)) {
      const found = violations(server, operation, request.arguments);
      return { ...denied, effect: "invalid", reason: "invalid", told: { because: [], violations: found } };
    }

    const ready = { ...request, context };
    const moment = momentOf(ready, caller);
    const shadow = parts.shadow?.(rules, moment) ?? {};
    const byRule = byRules(rules, moment, shadow);
    // Two codes were made of the same rules: a yes needs both.
    if (parts.permits(ready, asPrincipal(caller)) !== (byRule.effect === "allow")) {
      return fault("the two codes of the rules disagree");
    }
    const asked = { roles: parts.roles, rules, moment, caller, request };
    return parts.stages.reduce(
      (decision, stage) => (decision.effect === "allow" ? stage(decision, asked) : decision),
      byRule,
    );
  }

  function decide(request: Request): Decision {
    try {
      return decideOrThrow(request);
    } catch (failure) {
      return fault(messageOf(failure));
    }
  }

  function permitsTo(caller: Caller, request: Request): boolean {
    const { operation, context } = request;
    const server = parts.servers.get(operation.server);
    if (server === undefined || !Number.isFinite(context.time)) return false;
    if (!isValid(server, operation, request.arguments)) return false;
    return parts.permits({ ...request, context: given(context) }, asPrincipal(caller));
  }

  function permits(request: Request): boolean {
    try {
      if (parts.stages.length > 0) return decide(request).effect === "allow";
      const caller = callerOf(parts, request.principal);
      return !isRefused(caller) && permitsTo(caller, request);
    } catch {
      return false;
    }
  }

  function momentOf(request: Request, caller: Caller): Moment {
    const { operation, context } = request;
    const principal = asPrincipal(caller);
    return {
      args: request.arguments,
      principal,
      context,
      tool: operation.kind === "tool" ? (parts.facts?.(operation.server, operation.name) ?? {}) : {},
      resource: operation.kind === "resource" ? { uri: operation.uri } : {},
      result: undefined,
      its: undefined,
      itsRoot: undefined,
      past: parts.past?.(request, principal, rootOf),
      name: "name" in operation ? operation.name : undefined,
      uri: "uri" in operation ? operation.uri : undefined,
    };
  }

  function rootOf(server: string): string | undefined {
    return parts.servers.get(server)?.root;
  }

  return {
    decide,
    permits,
    bind: binder(permits),
    list(principal, kind, name, time) {
      const caller = callerOf(parts, principal);
      const server = parts.servers.get(name);
      if (server === undefined || server.untyped || isRefused(caller) || !Number.isFinite(time)) return [];
      const isShown = ([each, rules]: readonly [string, EmbeddedSubject]): boolean => {
        const operation: Operation = { kind, server: name, name: each };
        return isListed(rules, momentOf({ principal, operation, arguments: {}, context: { time } }, caller));
      };
      return [...(server[kind] ?? [])]
        .filter(isShown)
        .map(([each]) => each)
        .sort();
    },
    validate(server, tool, args) {
      const on = parts.servers.get(server);
      if (on === undefined || (!on.untyped && !on.checkers?.has(tool))) return unknownTool;
      return violations(on, { kind: "tool", server, name: tool }, args);
    },
  };
}

const unknownTool: readonly Violation[] = [{ pointer: "", expected: "a tool that some rule allows" }];

/** No rule speaks of the operation, or the caller's list hides it: nobody is told which. */
const unknownOperation: Decision = { ...denied, reason: "unknown-operation" };

/** What decides an operation; undefined where no rule speaks of it. */
function subjectOf(server: EmbeddedServer, operation: Operation): EmbeddedSubject | undefined {
  const named =
    operation.kind === "tool" || operation.kind === "prompt" ? server[operation.kind]?.get(operation.name) : undefined;
  return named ?? server.further?.[operation.kind];
}

function asPrincipal(caller: Caller): Principal {
  return caller as unknown as Principal;
}

/** The question of one caller. A copy is asked for, so that a host that changes its object later changes nothing here. */
export function binder(permits: EmbeddedPolicy["permits"]): EmbeddedPolicy["bind"] {
  return (principal) => {
    try {
      const caller = structuredClone(principal);
      return { permits: (call) => permits({ ...call, principal: caller }) };
    } catch {
      return { permits: () => false };
    }
  };
}
