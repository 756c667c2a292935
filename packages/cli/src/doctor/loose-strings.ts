import { isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import type { CheckedPolicy, TypedCondition, TypedOperand } from "@mcpolicy/language";
import { isAbout } from "../is-about.ts";
import type { Deployment } from "./deployment.ts";

/** Text arguments of tools that somebody may call, of which neither a schema nor a check nor a rule's condition says anything: `fs.write_file content`. */
export function looseStrings({ ir, checked }: Deployment): readonly string[] {
  return ir.servers.flatMap((server) =>
    Object.entries(server.tools).flatMap(([tool, { schema }]) => {
      if (!isGranted(checked, server.name, tool)) return [];
      const read = mentioned(checked, server.name, tool);
      return [...textsIn(schema)]
        .filter(([path, isBound]) => !isBound && !read.some((each) => path === each || path.startsWith(`${each}.`)))
        .map(([path]) => `${server.name}.${tool} ${path}`);
    }),
  );
}

function isGranted(checked: CheckedPolicy, server: string, tool: string): boolean {
  return checked.rules.some(
    ({ effect, shadow, branches }) =>
      effect === "allow" &&
      !shadow &&
      branches.some(({ operations }) => operations.some((each) => isAbout(each, { kind: "tool", server, name: tool }))),
  );
}

// ------------------------------------------------------------------- schemas

/** What says something about a text. */
const bounding = ["maxLength", "enum", "const", "pattern", "format", "x-mcpolicy-path"];

/** Deeper schemas are cut off: what lies there is not looked at. */
const deepest = 12;

/** Each place of a text below a schema, items of a list under the list's name, and whether something is said about it. */
function textsIn(root: JsonObject): ReadonlyMap<string, boolean> {
  const found = new Map<string, boolean>();

  const visit = (node: Value | undefined, path: string, depth: number): void => {
    if (!isRecord(node) || depth > deepest) return;
    const reference = typeof node["$ref"] === "string" ? resolved(node["$ref"], root) : undefined;
    if (reference !== undefined) visit(reference, path, depth + 1);
    const isBound = bounding.some((key) => Object.hasOwn(node, key));
    if ([node["type"]].flat().includes("string")) found.set(path, isBound || found.get(path) === true);
    else if (isBound && found.has(path)) found.set(path, true);
    for (const key of ["allOf", "anyOf", "oneOf"]) {
      const parts = node[key];
      if (Array.isArray(parts)) for (const part of parts) visit(part, path, depth + 1);
    }
    if (isRecord(node["properties"])) {
      for (const [name, part] of Object.entries(node["properties"]))
        visit(part, path === "" ? name : `${path}.${name}`, depth + 1);
    }
    visit(node["items"], path, depth + 1);
    visit(node["additionalProperties"], path, depth + 1);
  };

  visit(root, "", 0);
  found.delete("");
  return found;
}

function resolved(reference: string, root: JsonObject): Value | undefined {
  if (!reference.startsWith("#/")) return undefined;
  let at: Value | undefined = root;
  for (const step of reference.slice(2).split("/")) {
    const key = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    at = isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
}

// ---------------------------------------------------------------- conditions

/** The arguments of a tool that conditions of rules about it read, but for `paths(args)` and `strings(args)`, which only forbid. */
function mentioned(checked: CheckedPolicy, server: string, tool: string): readonly string[] {
  const heads = [checked.rules, checked.requires, checked.limits].flat();
  const branches = heads
    .flatMap((head) => head.branches)
    .filter(({ operations }) => operations.some((each) => isAbout(each, { kind: "tool", server, name: tool })));
  return branches.flatMap(({ condition }) => [...readsOf(condition)]);
}

function* readsOf(condition: TypedCondition): Iterable<string> {
  switch (condition.kind) {
    case "and":
    case "or":
      for (const part of condition.parts) yield* readsOf(part);
      return;
    case "not":
      yield* readsOf(condition.part);
      return;
    case "every":
    case "some":
      yield* argumentsIn(condition.over);
      yield* readsOf(condition.body);
      return;
    case "atom":
      yield* argumentsIn(condition.operand);
      return;
    default:
  }
}

function* argumentsIn(operand: TypedOperand): Iterable<string> {
  if (operand.kind === "reference" && operand.root === "args" && operand.path.length > 0) yield operand.path.join(".");
  if (operand.kind === "field") yield* argumentsIn(operand.of);
  if (operand.kind === "apply") for (const each of operand.operands) yield* argumentsIn(each);
  if (operand.kind === "each") yield* argumentsIn(operand.over);
}
