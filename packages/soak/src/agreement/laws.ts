import type { Decision, Request, Value } from "@mcpolicy/core";
import { Source } from "@mcpolicy/diagnostics";
import { parse, print } from "@mcpolicy/language";
import type { Evaluators } from "./evaluators.ts";

/** Invalid, denied and not authenticated are all "not let through"; only `allow` is higher in this version. */
function isAllowed(decision: Decision): boolean {
  return decision.effect === "allow";
}

/** Adding a `deny` never raises the outcome. */
export function denyNeverRaises(before: Evaluators, after: Evaluators, request: Request): string | undefined {
  const raised = isAllowed(after.generated.decide(request)) && !isAllowed(before.generated.decide(request));
  return raised ? "adding a deny allowed what was not allowed before" : undefined;
}

/** Adding an `allow` never lowers it. */
export function allowNeverLowers(before: Evaluators, after: Evaluators, request: Request): string | undefined {
  const lowered = isAllowed(before.generated.decide(request)) && !isAllowed(after.generated.decide(request));
  return lowered ? "adding an allow took away what was allowed before" : undefined;
}

/** Any order of the statements gives the same decision, rules included. */
export function orderNeverMatters(before: Evaluators, after: Evaluators, request: Request): string | undefined {
  const [one, other] = [before, after].map(({ generated }) => {
    const { effect, reason, rules, told } = generated.decide(request);
    return JSON.stringify([effect, reason, rules.map(({ id, matched }) => [id, matched]), told.because]);
  });
  return one === other ? undefined : `another order of the statements decides ${other} instead of ${one}`;
}

/** `print` is idempotent, and a printed policy parses to the same tree. */
export function printKeepsMeaning(text: string): string | undefined {
  const first = parse(new Source("policy.mcpolicy", text));
  const printed = print(first.policy);
  const second = parse(new Source("policy.mcpolicy", printed));
  if (second.diagnostics.length > 0)
    return `the printed text does not parse: ${second.diagnostics[0]!.message}\n${printed}`;
  if (print(second.policy) !== printed) return `printing twice gives another text:\n${printed}`;
  if (withoutSpans(first.policy) !== withoutSpans(second.policy)) return `printing changes what is said:\n${printed}`;
  return undefined;
}

/** A tree as text, without places: `print` may move things. */
function withoutSpans(tree: unknown): string {
  return JSON.stringify(tree, (key, value: unknown) => (key === "span" || key === "operatorSpan" ? undefined : value));
}

/** Facts and attributes that hold a text or number, each in turn replaced by what no reader of their type can read. */
export function unreadableVariants(request: Request): readonly Request[] {
  const { principal, context } = request;
  const broken: Value = { "not what is declared": true };
  const attributes = Object.keys(principal ?? {}).filter((name) => ["team", "level", "home", "admin"].includes(name));
  const facts = Object.keys(context).filter((name) => ["ip", "risk", "region", "seen"].includes(name));
  return [
    ...attributes.map((name) => ({ ...request, principal: { ...principal!, [name]: broken } })),
    ...facts.map((name) => ({ ...request, context: { ...context, [name]: broken } })),
  ];
}

/** Making a value unreadable never turns a denial into an allow: an atom that was known becomes unknown, nothing else. */
export function unknownNeverGrants({ generated }: Evaluators, request: Request): string | undefined {
  if (isAllowed(generated.decide(request))) return undefined;
  const granted = unreadableVariants(request).find((variant) => isAllowed(generated.decide(variant)));
  return granted === undefined ? undefined : `an unreadable value grants: ${JSON.stringify(granted)}`;
}

/**
 * What is let through, or would be with more proofs or later, is listed; what is not listed is answered as unknown, in the same way whatever
 * the arguments are, and before they are read.
 */
export function listsHoldTheCallable({ generated }: Evaluators, request: Request): string | undefined {
  const { principal, operation, context } = request;
  const decision = generated.decide(request);
  if (!["tool", "prompt"].includes(operation.kind) || decision.effect === "unauthenticated") return undefined;
  if (generated.isListed(principal, operation, context.time)) {
    return decision.reason === "unknown-operation" ? "what is listed is answered as unknown" : undefined;
  }
  if (decision.reason !== "unknown-operation") return `what is not listed is answered: ${decision.reason}`;
  const unread = new Proxy(
    {},
    {
      get: (_, name) => {
        throw new Error(`the arguments of what is not listed are read: ${String(name)}`);
      },
      ownKeys: () => {
        throw new Error("the arguments of what is not listed are gone through");
      },
    },
  );
  const other = generated.decide({ ...request, arguments: unread });
  return JSON.stringify(other) === JSON.stringify(decision)
    ? undefined
    : `what is not listed is answered by its arguments: ${JSON.stringify(other)}`;
}
