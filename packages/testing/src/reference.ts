import {
  absent,
  all,
  and,
  any,
  type DecidingRule,
  type Decision,
  denied,
  isPossibly,
  isSurely,
  type JsonObject,
  matchesResource,
  not,
  type Operation,
  type OperationIr,
  type Principal,
  type Reason,
  type Request,
  read,
  step,
  type Truth,
  type Value,
  type Violation,
  type WhoIr,
} from "@mcpolicy/core";
import type {
  CheckedBranch,
  CheckedPolicy,
  CheckedRule,
  CheckedServer,
  TypedCondition,
  TypedOperand,
  TypedReference,
} from "@mcpolicy/language";

/**
 * The reference interpreter: language.md, "The decision", step by step, over the checked policy. Slow on purpose, and independent of
 * lowering, IR and runtime, so that it can judge them; it shares the readers, the operator rows and Kleene's connectives with them.
 */

/** How the reference learns what validation says of a call: it judges decisions, not JSON Schema. */
export type Violations = (server: string, tool: string, args: JsonObject) => readonly Violation[];

/** The decision of a request, with the rules that made it; `kept` holds only `hidden` and `shadow`. */
export function decideByReference(policy: CheckedPolicy, request: Request, violations: Violations): Decision {
  const { operation } = request;

  // 1. No valid token.
  const principal = authenticated(policy, request.principal);
  if (principal === undefined) return { ...denied, effect: "unauthenticated", reason: "unauthenticated" };

  // 2. An operation that is not known, or that this caller's list hides: answered before its arguments are read.
  const server = policy.servers.find((each) => each.name === operation.server);
  if (server === undefined || !isKnown(server, operation)) return deny("unknown-operation", []);
  if (isListed(operation)) {
    const residual = situation(server, { ...request, principal }, false);
    if (!isVisible(policy, residual)) {
      const hiding = matches(policy, residual, "deny").filter(({ truth }) => isSurely(truth));
      return { ...deny("unknown-operation", deciding(policy, hiding)), kept: { ...denied.kept, hidden: true } };
    }
  }

  // 3. Arguments that break the tool's schema or a `check`.
  if (operation.kind === "tool") {
    const found = violations(server.name, operation.name, request.arguments);
    if (found.length > 0) {
      return { ...denied, effect: "invalid", reason: "invalid", told: { because: [], violations: found } };
    }
  }

  const now = situation(server, { ...request, principal }, true);
  const shadow = matches(policy, now, "deny", true).filter(({ truth }) => isPossibly(truth));
  const shadowAllows = matches(policy, now, "allow", true).filter(({ truth }) => isSurely(truth));
  const kept = { ...denied.kept, shadow: deciding(policy, [...shadow, ...shadowAllows]) };

  // 4. A `deny` whose condition is not false.
  const denies = matches(policy, now, "deny").filter(({ truth }) => isPossibly(truth));
  if (denies.length > 0) {
    const reason = denies.some(({ truth }) => isSurely(truth)) ? "rule" : "unknown";
    const because = denies.map(({ rule }) => rule.because).filter((text) => text !== undefined);
    return { ...deny(reason, deciding(policy, denies)), told: { because: [...new Set(because)] }, kept };
  }

  // 5. No `allow` whose condition is true.
  const allows = matches(policy, now, "allow").filter(({ truth }) => isSurely(truth));
  if (allows.length === 0) return { ...deny("default", []), kept };

  // 8. Otherwise allowed.
  return { ...denied, effect: "allow", reason: "rule", rules: deciding(policy, allows), kept };
}

/**
 * The names of a server's tools or prompts that a caller's list shows: some `allow` is not false and no `deny` is true, with the
 * arguments and the context (but for `from` and `until`) unknown. None for a caller who is not authenticated. Sorted.
 */
export function listByReference(
  policy: CheckedPolicy,
  caller: Principal | undefined,
  kind: "tool" | "prompt",
  serverName: string,
  time: number,
): readonly string[] {
  const principal = authenticated(policy, caller);
  const server = policy.servers.find((each) => each.name === serverName);
  if (principal === undefined || server === undefined) return [];
  const names = kind === "tool" ? server.tools.map(({ name }) => name) : server.prompts;
  return names
    .filter((name) => {
      const operation: Operation = { kind, server: serverName, name };
      const request = { principal, operation, arguments: {}, context: { time } };
      return isVisible(policy, situation(server, request, false));
    })
    .toSorted(byCodeUnits);
}

/** The truth of each rule for a request, in the policy's order; none where it never gets as far as the rules. */
export function truthsByReference(policy: CheckedPolicy, request: Request): readonly Truth[] {
  const principal = authenticated(policy, request.principal);
  const server = policy.servers.find((each) => each.name === request.operation.server);
  if (principal === undefined || server === undefined || !isKnown(server, request.operation)) return [];
  const now = situation(server, { ...request, principal }, true);
  return policy.rules.map((rule) => truthOfRule(rule, now));
}

// ------------------------------------------------------------------------------------------------------------ the caller

/** The caller with all roles that theirs include; undefined where an attribute that must be there is missing or ill-typed. */
function authenticated(policy: CheckedPolicy, principal: Principal | undefined): Principal | undefined {
  if (principal === undefined) return undefined;
  for (const [name, field] of Object.entries(policy.principal)) {
    if (!field.optional && read(field.type, step(principal as JsonObject, name), undefined) === undefined)
      return undefined;
  }
  const roles = principal.roles.flatMap((role) => (Object.hasOwn(policy.roles, role) ? policy.roles[role]! : []));
  return { ...principal, roles: [...new Set(roles)].toSorted(byCodeUnits) };
}

function isAmong(who: WhoIr, principal: Principal): boolean {
  const named =
    who.anyone || who.roles.some((role) => principal.roles.includes(role)) || who.ids.includes(principal.id);
  return named && !(who.except !== undefined && isAmong(who.except, principal));
}

// --------------------------------------------------------------------------------------------------------- the operation

function isKnown(server: CheckedServer, operation: Operation): boolean {
  if (server.untyped) return true;
  if (operation.kind === "tool") return server.tools.some(({ name }) => name === operation.name);
  if (operation.kind === "prompt") return server.prompts.includes(operation.name);
  return true;
}

/** Whether a list answer can hide it. */
function isListed(operation: Operation): boolean {
  return operation.kind === "tool" || operation.kind === "prompt";
}

/** Three-valued: an URI that cannot be read makes a resource pattern unknown. */
function isMeant(pattern: OperationIr, operation: Operation): Truth {
  if (pattern.server !== operation.server || pattern.kind !== operation.kind) return false;
  if ("name" in pattern) return "name" in operation && pattern.name === operation.name;
  if ("pattern" in pattern) return "name" in operation && fitsWildcard(pattern.pattern, operation.name);
  if ("glob" in pattern) return "uri" in operation ? matchesResource(pattern.glob, operation.uri) : false;
  return true;
}

/** `*` stands for any run of characters, an empty one too. */
function fitsWildcard(pattern: string, name: string): boolean {
  if (pattern === "") return name === "";
  const rest = pattern.slice(1);
  if (pattern[0] !== "*") return name[0] === pattern[0] && fitsWildcard(rest, name.slice(1));
  for (let skipped = 0; skipped <= name.length; skipped += 1) {
    if (fitsWildcard(rest, name.slice(skipped))) return true;
  }
  return false;
}

// ------------------------------------------------------------------------------------------------------------- the rules

/** A request as conditions see it. */
interface Situation {
  readonly request: Request & { readonly principal: Principal };
  readonly root: string | undefined;
  readonly roots: Readonly<Record<TypedReference["root"], Value | undefined | typeof absent>>;
  readonly variables: ReadonlyMap<string, Value>;
}

interface Match {
  readonly rule: CheckedRule;
  readonly truth: Truth;
}

/** The rules of an effect with their truth; the enforced ones, or those in `shadow`. */
function matches(
  policy: CheckedPolicy,
  situation: Situation,
  effect: CheckedRule["effect"],
  shadow: boolean = false,
): readonly Match[] {
  return policy.rules
    .filter((rule) => rule.effect === effect && rule.shadow === shadow)
    .map((rule) => ({ rule, truth: truthOfRule(rule, situation) }))
    .toSorted((a, b) => byCodeUnits(a.rule.id, b.rule.id));
}

function isVisible(policy: CheckedPolicy, residual: Situation): boolean {
  const someAllow = matches(policy, residual, "allow").some(({ truth }) => isPossibly(truth));
  const someDeny = matches(policy, residual, "deny").some(({ truth }) => isSurely(truth));
  return someAllow && !someDeny;
}

function truthOfRule(rule: CheckedRule, situation: Situation): Truth {
  const { principal, context } = situation.request;
  if (!isAmong(rule.who, principal)) return false;
  if (rule.from !== undefined && context.time < rule.from) return false;
  if (rule.until !== undefined && context.time >= rule.until) return false;
  return any(rule.branches.map((branch) => truthOfBranch(branch, situation)));
}

function truthOfBranch(branch: CheckedBranch, situation: Situation): Truth {
  const { operation } = situation.request;
  const included = any(branch.operations.map((pattern) => isMeant(pattern, operation)));
  const excepted = any(branch.except.map((pattern) => isMeant(pattern, operation)));
  const meant = and(included, not(excepted));
  // A condition about `args.path` says nothing of a tool that the branch does not speak of.
  return meant === false ? false : and(meant, truthOf(branch.condition, situation));
}

// -------------------------------------------------------------------------------------------------------- the conditions

function truthOf(condition: TypedCondition, situation: Situation): Truth {
  switch (condition.kind) {
    case "constant":
      return condition.value;
    case "and":
      return all(condition.parts.map((part) => truthOf(part, situation)));
    case "or":
      return any(condition.parts.map((part) => truthOf(part, situation)));
    case "not":
      return not(truthOf(condition.part, situation));
    case "has":
      return isThere(condition.reference, situation);
    case "atom": {
      const value = readValue(condition.operand, situation);
      return typeof value === "boolean" ? value : undefined;
    }
    case "every":
    case "some": {
      const list = readValue(condition.over, situation);
      if (!Array.isArray(list)) return undefined;
      const truths = list.map((item: Value) =>
        truthOf(condition.body, {
          ...situation,
          variables: new Map([...situation.variables, [condition.variable, item]]),
        }),
      );
      return condition.kind === "every" ? all(truths) : any(truths);
    }
    default:
      return assertNever(condition);
  }
}

/** Unknown only where the root itself is: in a list decision, and where an earlier stage never supplies it. */
function isThere(reference: TypedReference, situation: Situation): Truth {
  const start = startOf(reference, situation);
  if (start === undefined) return undefined;
  const found = follow(start, reference);
  return found === UNKNOWN_HINT || (found !== absent && found !== undefined);
}

/** A value read as the operand's type, or unknown. */
function readValue(operand: TypedOperand, situation: Situation): Value | undefined {
  return read(operand.as, rawValue(operand, situation), situation.root);
}

function rawValue(operand: TypedOperand, situation: Situation): Value | undefined {
  switch (operand.kind) {
    case "constant":
      return operand.value;
    case "reference": {
      const start = startOf(operand, situation);
      const found = start === undefined ? undefined : follow(start, operand);
      if (found === UNKNOWN_HINT) return undefined;
      return found === absent ? operand.fallback : found;
    }
    case "apply": {
      const operands = operand.operands.map((each) => readValue(each, situation));
      if (operands.includes(undefined)) return undefined;
      return (operand.operator.evaluate as (...values: unknown[]) => Value | undefined)(...operands);
    }
    case "field": {
      const key = typeof operand.key === "string" ? operand.key : readValue(operand.key, situation);
      if (typeof key !== "string" && typeof key !== "number") return undefined;
      const found = step(readValue(operand.of, situation), key);
      return found === absent ? undefined : found;
    }
    case "list": {
      const items = operand.items.map((item) => readValue(item, situation));
      return items.includes(undefined) ? undefined : (items as Value[]);
    }
    case "text": {
      const parts = operand.parts.map((part) => (typeof part === "string" ? part : segmentOf(part, situation)));
      return parts.includes(undefined) ? undefined : parts.join("");
    }
    default:
      return assertNever(operand);
  }
}

/** What fills a hole: one plain segment, else unknown. */
function segmentOf(hole: TypedReference, situation: Situation): string | undefined {
  const value = readValue(hole, situation);
  if (typeof value !== "string" || value === "." || value === "..") return undefined;
  return /^[A-Za-z0-9._-]+$/.test(value) ? value : undefined;
}

// ------------------------------------------------------------------------------------------------------------ the values

/** Marks an annotation that a server may not vouch for: it is there, and reads as unknown. */
const UNKNOWN_HINT: unique symbol = Symbol("unknown hint");

type Found = Value | undefined | typeof absent | typeof UNKNOWN_HINT;

function startOf(reference: TypedReference, { roots, variables }: Situation): Found {
  return reference.root === "variable" ? variables.get(reference.variable ?? "") : roots[reference.root];
}

function follow(start: Found, { path }: TypedReference): Found {
  let found = start;
  for (const key of path) found = found === UNKNOWN_HINT ? undefined : step(found, key);
  return found;
}

/** `full` is false for a list: then arguments and context are unknown. */
function situation(
  server: CheckedServer,
  request: Request & { readonly principal: Principal },
  full: boolean,
): Situation {
  const { operation } = request;
  return {
    request,
    root: server.root,
    roots: {
      args: full ? request.arguments : undefined,
      principal: request.principal as JsonObject,
      context: full ? (request.context as JsonObject) : undefined,
      tool: operation.kind === "tool" ? toolAsSeen(server, operation.name) : absent,
      resource: operation.kind === "resource" ? { uri: operation.uri } : absent,
      result: undefined,
      variable: undefined,
    },
    variables: new Map(),
  };
}

/** MCP's defaults of a tool's hints, and the value of each that reassures (MCP 2025-11-25, ToolAnnotations). */
// biome-ignore format: table
const hints = [
  { name: "readOnlyHint",    byDefault: false, reassuring: true  },
  { name: "destructiveHint", byDefault: true,  reassuring: false },
  { name: "idempotentHint",  byDefault: false, reassuring: true  },
  { name: "openWorldHint",   byDefault: true,  reassuring: false },
] as const;

/** `tool`: on a server that is not trusted, a hint that reassures is unknown. */
function toolAsSeen(server: CheckedServer, name: string): JsonObject {
  const pinned = server.tools.find((tool) => tool.name === name);
  const annotations = Object.fromEntries(
    hints.map((hint) => {
      const value = pinned?.annotations[hint.name] ?? hint.byDefault;
      return [hint.name, value === hint.reassuring && !server.trusted ? UNKNOWN_HINT : value];
    }),
  );
  // The marker is no JSON value; only `follow` meets it.
  return { name, server: server.name, ...(pinned && { description: pinned.description }), annotations } as JsonObject;
}

// ---------------------------------------------------------------------------------------------------------- the decision

function deny(reason: Reason, rules: readonly DecidingRule[]): Decision {
  return { ...denied, reason, rules };
}

function deciding(policy: CheckedPolicy, found: readonly Match[]): readonly DecidingRule[] {
  return found
    .map(({ rule, truth }): DecidingRule => {
      const source = policy.sources.find(({ name }) => name === rule.span.file);
      const position = source?.position(rule.span.start) ?? { line: 0, column: 0 };
      const place = { file: rule.span.file, ...position };
      return { id: rule.id, place, matched: isSurely(truth) ? "true" : "unknown" };
    })
    .toSorted((a, b) => byCodeUnits(a.id, b.id));
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function assertNever(node: never): never {
  throw new Error(`not a kind that the reference knows: ${JSON.stringify(node)}`);
}
