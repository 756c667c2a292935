import {
  matchesName,
  matchesResource,
  type OperationIr,
  type Place,
  type PolicyIr,
  type RuleHeadIr,
} from "@mcpolicy/core";
import type { Moved } from "./moved.ts";

/** A rule that speaks of something that moved. */
export interface TouchedRule {
  readonly id: string;
  readonly place: Place;
}

/** The rules of a policy and of all that it narrows that speak of something of a server, sorted by place, each once. */
export function touchedRules(
  ir: PolicyIr,
  server: string,
  moved: Pick<Moved, "what" | "name">,
): readonly TouchedRule[] {
  const touched = rulesOf(ir)
    .filter(({ branches }) =>
      branches.some(({ operations }) => operations.some((each) => speaksOf(each, server, moved))),
    )
    .map(({ id, place }): TouchedRule => ({ id, place }));
  return [...new Map(touched.map((each) => [JSON.stringify(each), each])).values()];
}

function rulesOf(ir: PolicyIr): readonly RuleHeadIr[] {
  const { rules, requires = [], limits = [], labels = [], resultDenies = [], redacts = [], narrows = [] } = ir;
  return [...rules, ...requires, ...limits, ...labels, ...resultDenies, ...redacts, ...narrows.flatMap(rulesOf)];
}

function speaksOf(operation: OperationIr, server: string, { what, name }: Pick<Moved, "what" | "name">): boolean {
  if (operation.server !== server) return false;
  if (what === "template" || what === "resource") {
    // What a template stands for is not looked at: any rule about resources may be meant.
    return (
      operation.kind === "resource" &&
      (what === "template" || !("glob" in operation) || matchesResource(operation.glob, name) !== false)
    );
  }
  if (operation.kind !== what) return false;
  if ("pattern" in operation) return matchesName(operation.pattern, name);
  return !("name" in operation) || operation.name === name;
}
