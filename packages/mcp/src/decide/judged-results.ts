import { matchesName, type Operation, type OperationIr, type PolicyIr, type RuleHeadIr } from "@mcpolicy/core";
import { withNarrowed } from "./remembers.ts";

/**
 * What is to be done with the result of an operation: `rules`, where any may speak of it; `schema`, where only the tool's output schema does;
 * else nothing, and the result need not be read.
 */
export type Judging = "rules" | "schema" | "nothing";

/** Tells it of each operation. */
export function judgingOf(ir: PolicyIr): (operation: Operation) => Judging {
  const policies = withNarrowed(ir);
  const rules: readonly RuleHeadIr[] = policies.flatMap(({ labels = [], resultDenies = [], redacts = [] }) => [
    ...labels.filter(({ onResult }) => onResult),
    ...resultDenies,
    ...redacts,
  ]);
  const named = rules.flatMap(({ branches }) => branches.flatMap(({ operations }) => operations));
  return (operation) => {
    if (named.some((each) => maySpeak(each, operation))) return "rules";
    return policies.some((each) => hasOutputSchema(each, operation)) ? "schema" : "nothing";
  };
}

/** Whether a rule's operation may be this one; of resources only the server is looked at. */
function maySpeak(named: OperationIr, operation: Operation): boolean {
  if (named.kind !== operation.kind || named.server !== operation.server) return false;
  if (!("name" in operation)) return true;
  if ("pattern" in named) return matchesName(named.pattern, operation.name);
  return !("name" in named) || named.name === operation.name;
}

function hasOutputSchema({ servers }: PolicyIr, operation: Operation): boolean {
  if (operation.kind !== "tool") return false;
  const tools = servers.find(({ name }) => name === operation.server)?.tools ?? {};
  return Object.hasOwn(tools, operation.name) && tools[operation.name]?.resultSchema !== undefined;
}
