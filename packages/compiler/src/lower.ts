import {
  type BranchIr,
  type ConditionIr,
  type DeploymentIr,
  type EventsIr,
  IR_VERSION,
  type LabelIr,
  type LimitIr,
  type OperandIr,
  type Place,
  type PolicyIr,
  type RedactIr,
  type ReferenceIr,
  type RequireIr,
  type RuleHeadIr,
  type RuleIr,
  type Seen,
  type ServerIr,
  type TallyIr,
  type ToolIr,
} from "@mcpolicy/core";
import type { Source, Span } from "@mcpolicy/diagnostics";
import type {
  CheckedBranch,
  CheckedCheck,
  CheckedLabel,
  CheckedLimit,
  CheckedPolicy,
  CheckedRedact,
  CheckedRequire,
  CheckedRule,
  CheckedRuleHead,
  CheckedServer,
  CheckedTool,
  TypedCondition,
  TypedEvents,
  TypedOperand,
  TypedReference,
  TypedTally,
} from "@mcpolicy/language";
import { simplify } from "./simplify.ts";
import { toJsonSchema } from "./to-json-schema.ts";

/** A checked policy as data: spans become places, operator rows their ids, checks part of the tools' schemas. */
export function lower(checked: CheckedPolicy): PolicyIr {
  const sources = new Map(checked.sources.map((source) => [source.name, source]));
  return {
    version: IR_VERSION,
    servers: checked.servers.map((server) => lowerServer(server, checked.checks)),
    roles: checked.roles,
    principal: checked.principal,
    ...(Object.keys(checked.claims).length === 0 ? {} : { claims: checked.claims }),
    context: checked.context,
    ...(Object.keys(checked.resultContext).length === 0 ? {} : { resultContext: checked.resultContext }),
    rules: checked.rules.map((rule) => lowerRule(rule, sources)),
    ...listed(
      "requires",
      checked.requires.map((rule) => lowerRequire(rule, sources)),
    ),
    ...listed(
      "limits",
      checked.limits.map((rule) => lowerLimit(rule, sources)),
    ),
    ...listed(
      "labels",
      checked.labels.map((rule) => lowerLabel(rule, sources)),
    ),
    ...listed(
      "resultDenies",
      checked.resultDenies.map((rule) => lowerHead(rule, sources)),
    ),
    ...listed(
      "redacts",
      checked.redacts.map((rule) => lowerRedact(rule, sources)),
    ),
    ...listed("narrows", checked.narrows.map(lower)),
    ...(saysNothing(checked.deployment) ? {} : { deployment: checked.deployment }),
  };
}

/** What results must satisfy: the pinned output schema as it is, closed and narrowed where a `check result of` speaks of it. */
function resultSchemaOf({ outputSchema }: CheckedTool, checks: readonly CheckedCheck[]): ToolIr["resultSchema"] {
  return checks.length === 0 ? outputSchema : toJsonSchema(outputSchema ?? {}, checks);
}

/** A field that is left out where its list is empty. */
function listed<Name extends string, Item>(
  name: Name,
  items: readonly Item[],
): { readonly [name in Name]?: readonly Item[] } {
  return items.length === 0 ? {} : ({ [name]: items } as { readonly [name in Name]: readonly Item[] });
}

function saysNothing({ token, audit, network }: DeploymentIr): boolean {
  return token === undefined && audit === undefined && Object.keys(network).length === 0;
}

type Sources = ReadonlyMap<string, Source>;

function lowerServer(server: CheckedServer, all: readonly CheckedCheck[]): ServerIr {
  const checks = Map.groupBy(
    all.filter((check) => check.server === server.name),
    (check) => check.tool,
  );
  const tools = server.tools.map((tool) => {
    const narrowing = checks.get(tool.name) ?? [];
    const schema = toJsonSchema(
      tool.inputSchema,
      narrowing.filter((check) => !check.ofResult),
    );
    const resultSchema = resultSchemaOf(
      tool,
      narrowing.filter((check) => check.ofResult),
    );
    const { digest, description, annotations } = tool;
    const lowered: ToolIr = {
      digest,
      description,
      annotations,
      schema,
      ...(resultSchema === undefined ? {} : { resultSchema }),
    };
    return [tool.name, lowered] as const;
  });
  return {
    name: server.name,
    untyped: server.untyped,
    trusted: server.trusted,
    ...(server.root === undefined ? {} : { root: server.root }),
    // `fromEntries` makes own properties, so that a tool may be called `__proto__`.
    tools: Object.fromEntries(tools),
    prompts: server.prompts,
    ...(server.digests === undefined ? {} : { digests: server.digests }),
    ...(server.untyped ? untypedChecks(checks) : {}),
  };
}

/** Where nothing is pinned: what the checks of each tool ask for together. */
function untypedChecks(checks: ReadonlyMap<string, readonly CheckedCheck[]>): Pick<ServerIr, "checks"> {
  if (checks.size === 0) return {};
  return {
    checks: Object.fromEntries([...checks].map(([tool, those]) => [tool, toJsonSchema({ type: "object" }, those)])),
  };
}

function lowerRule(rule: CheckedRule, sources: Sources): RuleIr {
  const { id, ...head } = lowerHead(rule, sources);
  return { id, effect: rule.effect, ...head };
}

function lowerHead(rule: CheckedRuleHead, sources: Sources): RuleHeadIr {
  return {
    id: rule.id,
    place: placeOf(rule.span, sources),
    who: rule.who,
    branches: rule.branches.map((branch) => lowerBranch(branch, sources)),
    ...(rule.from === undefined ? {} : { from: rule.from }),
    ...(rule.until === undefined ? {} : { until: rule.until }),
    ...(rule.because === undefined ? {} : { because: rule.because }),
    ...(rule.note === undefined ? {} : { note: rule.note }),
    shadow: rule.shadow,
  };
}

function lowerRequire(rule: CheckedRequire, sources: Sources): RequireIr {
  return { ...lowerHead(rule, sources), duty: rule.duty, valid: rule.valid };
}

function lowerLimit(rule: CheckedLimit, sources: Sources): LimitIr {
  const { amount, keys } = rule;
  return { ...lowerHead(rule, sources), amount, window: lowerWindow(rule.window), keys };
}

function lowerWindow(window: CheckedLimit["window"]): LimitIr["window"] {
  if (window.kind === "at once") return { kind: "at once" };
  const { duration, of } = window;
  return { kind: "per", duration, ...(of === undefined ? {} : { of: lowerOperand(of) }) };
}

function lowerLabel(rule: CheckedLabel, sources: Sources): LabelIr {
  const { label, duration, onResult } = rule;
  return { ...lowerHead(rule, sources), label, duration, onResult };
}

function lowerRedact(rule: CheckedRedact, sources: Sources): RedactIr {
  return { ...lowerHead(rule, sources), detectors: rule.detectors.map(lowerOperand) };
}

function lowerBranch(branch: CheckedBranch, sources: Sources): BranchIr {
  return {
    operations: branch.operations,
    except: branch.except,
    condition: simplify(lowerCondition(branch.condition, sources)),
  };
}

function lowerCondition(condition: TypedCondition, sources: Sources): ConditionIr {
  switch (condition.kind) {
    case "constant":
      return { kind: "constant", truth: condition.value };
    case "and":
    case "or":
      return { kind: condition.kind, parts: condition.parts.map((part) => lowerCondition(part, sources)) };
    case "not":
      return { kind: "not", part: lowerCondition(condition.part, sources) };
    case "has":
      return { kind: "has", reference: lowerReference(condition.reference), at: seenAt(condition.span, sources) };
    case "atom":
      return { kind: "atom", operand: lowerOperand(condition.operand), at: seenAt(condition.span, sources) };
    case "carries":
      return { kind: "carries", label: condition.label, at: seenAt(condition.span, sources) };
    case "happened": {
      const { verb, events, span } = condition;
      return { kind: "happened", verb, events: lowerEvents(events, sources), at: seenAt(span, sources) };
    }
    case "tally": {
      const { tally, operator, bound, span } = condition;
      const at = seenAt(span, sources);
      return { kind: "tally", tally: lowerTally(tally, sources), operator, bound: lowerOperand(bound), at };
    }
    case "every":
    case "some":
      return {
        kind: condition.kind,
        variable: condition.variable,
        over: lowerOperand(condition.over),
        body: lowerCondition(condition.body, sources),
        at: seenAt(condition.span, sources),
      };
    default:
      return assertNever(condition);
  }
}

function lowerEvents({ byAnyone, since, last, ...events }: TypedEvents, sources: Sources): EventsIr {
  return {
    ...lowerEvent(events, sources),
    byAnyone,
    ...(since === undefined ? {} : { since: lowerEvent(since, sources) }),
    last,
  };
}

function lowerEvent(
  { branches, with: condition }: Pick<TypedEvents, "branches" | "with">,
  sources: Sources,
): Pick<EventsIr, "branches" | "with"> {
  return {
    branches: branches.map((branch) => lowerBranch(branch, sources)),
    ...(condition === undefined ? {} : { with: simplify(lowerCondition(condition, sources)) }),
  };
}

function lowerTally(tally: TypedTally, sources: Sources): TallyIr {
  const { verb } = tally;
  const events = lowerEvents(tally.events, sources);
  return tally.kind === "count"
    ? { kind: "count", verb, events }
    : { kind: tally.kind, of: lowerOperand(tally.of), verb, events };
}

function lowerOperand(operand: TypedOperand): OperandIr {
  const { as } = operand;
  switch (operand.kind) {
    case "constant":
      return { kind: "constant", value: operand.value, as };
    case "reference":
      return lowerReference(operand);
    case "apply":
      return { kind: "apply", operator: operand.operator.id, operands: operand.operands.map(lowerOperand), as };
    case "field": {
      const key = typeof operand.key === "string" ? operand.key : lowerOperand(operand.key);
      return { kind: "field", of: lowerOperand(operand.of), key, as };
    }
    case "list":
      return { kind: "list", items: operand.items.map(lowerOperand), as };
    case "each": {
      const { variable, over, value } = operand;
      return { kind: "each", variable, over: lowerOperand(over), value: lowerOperand(value), as };
    }
    case "text": {
      const parts = operand.parts.map((part) => (typeof part === "string" ? part : lowerReference(part)));
      return { kind: "text", parts, as };
    }
    default:
      return assertNever(operand);
  }
}

function lowerReference({ root, variable, path, fallback, as }: TypedReference): ReferenceIr {
  return {
    kind: "reference",
    root,
    ...(variable === undefined ? {} : { variable }),
    path,
    ...(fallback === undefined ? {} : { fallback }),
    as,
  };
}

/** A place, and what is written there: on one line, with single spaces. */
function seenAt(span: Span, sources: Sources): Seen {
  const text = sources.get(span.file)?.text.slice(span.start, span.end) ?? "";
  return { place: placeOf(span, sources), text: text.replace(/\s+/g, " ").trim() };
}

function placeOf(span: Span, sources: Sources): Place {
  const position = sources.get(span.file)?.position(span.start) ?? { line: 0, column: 0 };
  return { file: span.file, ...position };
}

function assertNever(node: never): never {
  throw new Error(`not a kind that lowering knows: ${JSON.stringify(node)}`);
}
