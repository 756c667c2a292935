import {
  type BranchIr,
  type ConditionIr,
  IR_VERSION,
  type OperandIr,
  type Place,
  type PolicyIr,
  type ReferenceIr,
  type RuleIr,
  type Seen,
  type ServerIr,
} from "@mcpolicy/core";
import type { Source, Span } from "@mcpolicy/diagnostics";
import type {
  CheckedBranch,
  CheckedCheck,
  CheckedPolicy,
  CheckedRule,
  CheckedServer,
  TypedCondition,
  TypedOperand,
  TypedReference,
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
    context: checked.context,
    rules: checked.rules.map((rule) => lowerRule(rule, sources)),
  };
}

type Sources = ReadonlyMap<string, Source>;

function lowerServer(server: CheckedServer, checks: readonly CheckedCheck[]): ServerIr {
  const tools = server.tools.map((tool) => {
    const narrowing = checks.filter(
      (check) => check.server === server.name && check.tool === tool.name && !check.ofResult,
    );
    const schema = toJsonSchema(tool.inputSchema, narrowing);
    const { digest, description, annotations } = tool;
    return [tool.name, { digest, description, annotations, schema }] as const;
  });
  return {
    name: server.name,
    untyped: server.untyped,
    trusted: server.trusted,
    ...(server.root === undefined ? {} : { root: server.root }),
    // `fromEntries` makes own properties, so that a tool may be called `__proto__`.
    tools: Object.fromEntries(tools),
    prompts: server.prompts,
  };
}

function lowerRule(rule: CheckedRule, sources: Sources): RuleIr {
  return {
    id: rule.id,
    effect: rule.effect,
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
