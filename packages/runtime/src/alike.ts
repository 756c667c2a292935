import { isRecord, type Operation, type PolicyIr, type RuleHeadIr, type ServerIr } from "@mcpolicy/core";
import { nearRules } from "./near-rules.ts";

/**
 * Whether two policies decide an operation alike, whatever else the request holds and as long as neither remembers anything of it: all that
 * speaks of it is the same in both, places and words for people left out. It may say no of policies that do.
 */
export function decideAlike(one: PolicyIr, other: PolicyIr): (operation: Operation) => boolean {
  const [ofOne, ofOther] = [saidOf(one), saidOf(other)];
  return (operation) => ofOne(operation) === ofOther(operation);
}

/** Everything that a policy and all that it narrows say about an operation, as text. */
function saidOf(ir: PolicyIr): (operation: Operation) => string {
  const near = nearRules(ir);
  const wider = (ir.narrows ?? []).map(saidOf);
  const known = new Map<PolicyIr, Map<string, string>>();
  return (operation) => {
    const rules = near(operation);
    const name = "name" in operation ? operation.name : "";
    const place = JSON.stringify([operation.kind, operation.server, name]);
    const texts = known.get(rules) ?? new Map<string, string>();
    known.set(rules, texts);
    const text = texts.get(place) ?? JSON.stringify(withoutPlaces(aboutOperation(rules, operation.server, name)));
    texts.set(place, text);
    return [text, ...wider.map((said) => said(operation))].join("\n");
  };
}

function aboutOperation(ir: PolicyIr, server: string, tool: string): object {
  const { roles, principal, context, rules, requires, limits, labels } = ir;
  return {
    roles,
    principal,
    context,
    server: ir.servers.filter(({ name }) => name === server).map((each) => aboutTool(each, tool)),
    rules: [rules, requires ?? [], limits ?? [], labels ?? []].map((all) => all.map(withoutWords)),
  };
}

function aboutTool({ tools, checks, prompts, ...server }: ServerIr, tool: string): object {
  return {
    server,
    tool: Object.hasOwn(tools, tool) ? tools[tool] : null,
    check: checks !== undefined && Object.hasOwn(checks, tool) ? checks[tool] : null,
    isPrompt: prompts.includes(tool),
  };
}

function withoutWords({ because: _because, note: _note, ...rule }: RuleHeadIr): object {
  return rule;
}

/** A copy without the places of the source that its parts stand at. */
function withoutPlaces(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withoutPlaces);
  if (!isRecord(part)) return part;
  const kept = Object.entries(part).filter(([name, value]) => !isPlaceUnder(name, value));
  return Object.fromEntries(kept.map(([name, value]) => [name, withoutPlaces(value)]));
}

function isPlaceUnder(name: string, value: unknown): boolean {
  if (name === "place") return hasOnly(value, ["column", "file", "line"]);
  return name === "at" && hasOnly(value, ["place", "text"]) && isPlaceUnder("place", value.place);
}

function hasOnly<Name extends string>(
  value: unknown,
  names: readonly Name[],
): value is Readonly<Record<Name, unknown>> {
  return isRecord(value) && Object.keys(value).sort().join() === names.join();
}
