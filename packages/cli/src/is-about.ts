import { matchesName, type OperationIr } from "@mcpolicy/core";

/** A tool or a prompt, by its name. */
export interface Named {
  readonly kind: "tool" | "prompt";
  readonly server: string;
  readonly name: string;
}

/** Whether an operation of a rule is this one, or a wildcard that means it too. */
export function isAbout(operation: OperationIr, { kind, server, name }: Named): boolean {
  if (operation.server !== server || operation.kind !== kind) return false;
  return "name" in operation ? operation.name === name : matchesName(operation.pattern, name);
}
