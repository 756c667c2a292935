import {
  and,
  any,
  type BranchIr,
  matchesName,
  matchesResource,
  not,
  type Operation,
  type OperationIr,
  type ServerIr,
  type Truth,
} from "@mcpolicy/core";

/** Whether a branch speaks of an operation; unknown where a resource's URI cannot be read. */
export function branchSpeaks(branch: BranchIr, operation: Operation): Truth {
  const included = any(branch.operations.map((each) => operationMatches(each, operation)));
  return and(included, not(any(branch.except.map((each) => operationMatches(each, operation)))));
}

/** Whether an operation is, or is among, those that a rule names. */
export function operationMatches(named: OperationIr, operation: Operation): Truth {
  if (named.kind !== operation.kind || named.server !== operation.server) return false;
  if ("glob" in named) return operation.kind === "resource" ? matchesResource(named.glob, operation.uri) : false;
  if ("pattern" in named) return "name" in operation && matchesName(named.pattern, operation.name);
  if ("name" in named) return "name" in operation && named.name === operation.name;
  return true;
}

/** Whether a server may have an operation: on a typed one, tools and prompts are those that are pinned. */
export function isKnown(server: ServerIr, operation: Operation): boolean {
  if (operation.kind === "tool") return server.untyped || Object.hasOwn(server.tools, operation.name);
  if (operation.kind === "prompt") return server.untyped || server.prompts.includes(operation.name);
  return true;
}
