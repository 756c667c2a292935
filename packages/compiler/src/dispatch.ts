import {
  type BranchIr,
  matchesName,
  type Operation,
  type OperationIr,
  type PolicyIr,
  type RuleIr,
  type ServerIr,
} from "@mcpolicy/core";

/** A rule with those of its branches that can speak of a subject. */
export interface Speaking {
  readonly rule: RuleIr;
  readonly branches: readonly BranchIr[];
}

/**
 * Operations that one list of rules decides: a tool or prompt by its name, all further names of a server (`name` undefined), or all
 * operations of another kind. Rules that can never speak of them are left out; `shadow` rules too.
 */
export interface Subject {
  readonly kind: Operation["kind"];
  readonly server: ServerIr;
  readonly name: string | undefined;
  readonly rules: readonly Speaking[];
}

const named = ["tool", "prompt"] as const;
const unnamed = ["resource", "completion", "sampling", "elicitation", "roots"] as const;

/** Every subject that some rule speaks of. Operations of no subject are denied by default. */
export function dispatch(ir: PolicyIr): readonly Subject[] {
  return ir.servers
    .flatMap((server) => [
      ...named.flatMap((kind) => {
        const names: readonly (string | undefined)[] = [...namesOf(ir, server, kind)];
        const further = server.untyped ? [undefined] : [];
        return [...names, ...further].map((name) => subject(ir, server, kind, name));
      }),
      ...unnamed.map((kind) => subject(ir, server, kind, undefined)),
    ])
    .filter((each) => each.rules.length > 0);
}

/** On a typed server the pinned names; on an untyped one the names that some rule spells out. */
function namesOf(ir: PolicyIr, server: ServerIr, kind: "tool" | "prompt"): ReadonlySet<string> {
  if (!server.untyped) return new Set(kind === "tool" ? Object.keys(server.tools) : server.prompts);
  const spelled = ir.rules
    .flatMap((rule) => rule.branches)
    .flatMap((branch) => [...branch.operations, ...branch.except])
    .filter((each) => each.server === server.name && each.kind === kind);
  return new Set(spelled.flatMap((each) => ("name" in each ? [each.name] : [])));
}

function subject(ir: PolicyIr, server: ServerIr, kind: Operation["kind"], name: string | undefined): Subject {
  const speaks = (branch: BranchIr): boolean =>
    branch.operations.some((each) => canMatch(each, server, kind, name)) &&
    !(name !== undefined && branch.except.some((each) => canMatch(each, server, kind, name)));
  const rules = ir.rules
    .filter((rule) => !rule.shadow)
    .map((rule) => ({ rule, branches: rule.branches.filter(speaks) }))
    .filter(({ branches }) => branches.length > 0);
  return { kind, server, name, rules };
}

/** Whether an operation of a rule is, or may be, one of a subject's. For a name it is certain. */
function canMatch(
  operation: OperationIr,
  server: ServerIr,
  kind: Operation["kind"],
  name: string | undefined,
): boolean {
  if (operation.server !== server.name || operation.kind !== kind) return false;
  if ("name" in operation) return operation.name === name;
  if ("pattern" in operation) return name === undefined || matchesName(operation.pattern, name);
  return true;
}
