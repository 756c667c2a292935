import type { Operation, Value } from "@mcpolicy/core";
import type { Diagnostic, Span } from "@mcpolicy/diagnostics";
import { suggest } from "@mcpolicy/diagnostics";
import type { CheckedPolicy, CheckedServer } from "@mcpolicy/language";
import { Problems } from "./expect-tree.ts";
import { instantOf } from "./instant.ts";
import type { Ask, Expectation, Facts, Located, Suite } from "./suite.ts";

/**
 * Holds the names of a suite against the policy that it tests: servers, tools, prompts, rules, attributes, facts. A name that the
 * policy does not know is an error with the one that was probably meant.
 */
export function checkSuite(suite: Suite, policy: CheckedPolicy): readonly Diagnostic[] {
  const problems = new Problems();
  checkCallers(suite, policy, problems);
  checkFacts(suite.context, "context", policy, problems);
  for (const each of suite.cases) {
    for (const step of each.steps) {
      if (step.kind === "wait") continue;
      checkFacts(step.context, "context", policy, problems);
      checkFacts(step.brought.resultContext, "resultContext", policy, problems);
      if (step.action.value.kind === "request") checkOperation(step, step.action.value.operation, policy, problems);
      checkExpectation(step.expect, step, policy, problems);
    }
  }
  return problems.found;
}

function checkCallers(suite: Suite, policy: CheckedPolicy, problems: Problems): void {
  const sides = withNarrowed(policy);
  const attributes = sides.flatMap(({ principal }) => Object.keys(principal));
  const roles = sides.flatMap((side) => Object.keys(side.roles));
  for (const caller of suite.principals.values()) {
    for (const role of caller.roles) {
      if (roles.includes(role.value)) continue;
      const meant = suggest(role.value, roles);
      problems.add("P0715", role.span, `the policy declares no role \`${role.value}\`, so it is ignored`, meant);
    }
    for (const [name, { span }] of caller.attributes) {
      if (attributes.includes(name) || name === "client") continue;
      problems.add("P0714", span, `callers of this policy have no attribute \`${name}\``, suggest(name, attributes));
    }
  }
}

function checkFacts(facts: Facts, when: "context" | "resultContext", policy: CheckedPolicy, problems: Problems): void {
  const declared = withNarrowed(policy).flatMap((each) => Object.keys(each[when]));
  const known = [...new Set([...(when === "context" ? ["time", "ip"] : []), ...declared])];
  const missing = when === "context" ? "the policy's context has no" : "the policy declares nothing `on result` called";
  for (const [name, { value, span }] of facts) {
    if (!known.includes(name)) {
      problems.add("P0714", span, `${missing} \`${name}\``, suggest(name, known));
    } else if (isInstant(name, policy) && instantOf(value) === undefined) {
      problems.add(
        "P0703",
        span,
        `\`${name}\` is no instant`,
        undefined,
        "write `2026-11-22T10:00:00Z` or `2026-11-22`",
      );
    }
  }
}

/** Whether a fact is an instant, which fixtures write as an ISO date. */
export function isInstant(name: string, policy: CheckedPolicy): boolean {
  const sides = withNarrowed(policy).flatMap(({ context, resultContext }) => [context, resultContext]);
  return name === "time" || sides.some((fields) => Object.hasOwn(fields, name) && fields[name]?.type.kind === "time");
}

function checkOperation(step: Ask, operation: Operation, policy: CheckedPolicy, problems: Problems): void {
  const { span } = step.action;
  const shown = "name" in operation ? `.${operation.name}` : operation.kind === "resource" ? undefined : "";
  const server = serverOf(operation.server, shown, span, policy, problems);
  if (server === undefined || server.untyped) return;
  if (operation.kind === "prompt") checkName(operation.name, server.prompts, "prompt", server, span, problems);
  if (operation.kind !== "tool") return;
  const names = server.tools.map(({ name }) => name);
  if (!checkName(operation.name, names, "tool", server, span, problems)) return;
  const required = server.tools.find(({ name }) => name === operation.name)?.inputSchema["required"];
  if (step.with !== undefined || !Array.isArray(required) || required.length === 0) return;
  const missing = required.map((name: Value) => `\`${String(name)}\``).join(", ");
  problems.add(
    "P0711",
    span,
    `\`${server.name}.${operation.name}\` requires ${missing}, and the test gives no \`with\``,
    undefined,
    "write `with: { … }`; `with: {}` tests the call without arguments",
  );
}

function checkExpectation(expect: Expectation, step: Ask, policy: CheckedPolicy, problems: Problems): void {
  if (expect.kind === "decision") {
    const ids = idsOf(policy);
    for (const { value, span } of expect.rules ?? []) {
      if (ids.includes(value)) continue;
      const help = `rules of this policy: ${ids
        .slice(0, 8)
        .map((id) => `"${id}"`)
        .join(", ")}${ids.length > 8 ? ", …" : ""}`;
      problems.add("P0708", span, `the policy has no rule "${value}"`, suggest(value, ids), help);
    }
    return;
  }
  const kind = step.action.value.kind === "list" ? step.action.value.of : "tool";
  for (const each of [...expect.includes, ...expect.excludes]) checkListed(each, kind, policy, problems);
}

/** The ids of all rules of a policy, and of those that it narrows. */
function idsOf(policy: CheckedPolicy): readonly string[] {
  const ids = withNarrowed(policy).flatMap(({ rules, requires, limits, labels, resultDenies, redacts }) =>
    [rules, requires, limits, labels, resultDenies, redacts].flatMap((sort) => sort.map(({ id }) => id)),
  );
  return [...new Set(ids)];
}

/** A policy and all that it narrows: each reads the same caller and facts. */
function withNarrowed(policy: CheckedPolicy): readonly CheckedPolicy[] {
  return [policy, ...policy.narrows.flatMap(withNarrowed)];
}

function checkListed(
  { value, span }: Located<string>,
  kind: "tool" | "prompt",
  policy: CheckedPolicy,
  problems: Problems,
): void {
  const dot = value.indexOf(".");
  if (dot <= 0) {
    problems.add("P0703", span, `\`${value}\` is not written \`server.name\``);
    return;
  }
  const server = serverOf(value.slice(0, dot), value.slice(dot), span, policy, problems);
  if (server === undefined) return;
  const names = kind === "tool" ? server.tools.map(({ name }) => name) : server.prompts;
  checkName(value.slice(dot + 1), names, kind, server, span, problems);
}

/** `rest` is what stands behind the server's name in the span; undefined where the span holds more than a name. */
function serverOf(
  name: string,
  rest: string | undefined,
  span: Span,
  policy: CheckedPolicy,
  problems: Problems,
): CheckedServer | undefined {
  const server = policy.servers.find((each) => each.name === name);
  if (server !== undefined) return server;
  const names = policy.servers.map((each) => each.name);
  const meant = suggest(name, names);
  const mended = meant === undefined || rest === undefined ? undefined : meant + rest;
  problems.add(
    "P0707",
    span,
    `the policy has no server \`${name}\``,
    mended,
    `servers: ${names.map((each) => `\`${each}\``).join(", ")}`,
  );
  return undefined;
}

function checkName(
  name: string,
  known: readonly string[],
  kind: "tool" | "prompt",
  server: CheckedServer,
  span: Span,
  problems: Problems,
): boolean {
  if (known.includes(name)) return true;
  const meant = suggest(name, known);
  problems.add(
    "P0707",
    span,
    `\`${name}\` is not a ${kind} of server \`${server.name}\``,
    meant === undefined ? undefined : `${server.name}.${meant}`,
  );
  return false;
}
