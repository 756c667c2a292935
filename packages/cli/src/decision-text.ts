import type { Decision, Operation, Place, Request, SeenAtom } from "@mcpolicy/core";
import { printable, type Source } from "@mcpolicy/diagnostics";
import type { SeenRule } from "@mcpolicy/runtime";

type Sources = ReadonlyMap<string, Source>;

/** A decision for people: what, why, by which rule and line, what the caller is told. Ends in a newline; safe to print. */
export function decisionText(request: Request, decision: Decision, sources: Sources, color: boolean): string {
  const { effect, reason, rules, told, kept } = decision;
  const code = effect === "allow" ? "1;32" : "1;31";
  const verdict = color ? `\u001b[${code}m${effect}\u001b[0m` : effect;
  const lines = [`${verdict} (${reason})  ${printable(operationText(request.operation))} for ${callerText(request)}`];
  for (const rule of rules) {
    const how = rule.matched === "unknown" ? ", where a value could not be read" : "";
    lines.push(`  ${effect === "allow" ? "allowed" : "denied"} by ${ruleText(rule)}${how}`);
    lines.push(...excerptOf(rule.place, sources));
  }
  for (const { pointer, expected } of told.violations ?? []) {
    lines.push(`  ${pointer === "" ? "arguments" : printable(pointer)}: expected ${printable(expected)}`);
  }
  for (const atom of rules.length > 0 ? kept.atoms : []) lines.push(`    ${atomText(atom)}`);
  if (kept.nearest !== undefined) {
    const { because, failed } = kept.nearest;
    lines.push(`  nearest allow: ${ruleText(kept.nearest)}${because === "" ? "" : `: ${printable(because)}`}`);
    lines.push(...excerptOf((failed ?? kept.nearest).place, sources));
    if (failed !== undefined) lines.push(`    ${atomText(failed)}`);
  }
  for (const rule of kept.shadow ?? []) lines.push(`  in shadow, not enforced: ${ruleText(rule)}`);
  for (const because of told.because) lines.push(`  the caller is told: ${printable(because)}`);
  for (const note of kept.notes) lines.push(`  note: ${printable(note)}`);
  if (kept.fault !== undefined) lines.push(`  fault: ${printable(kept.fault)}`);
  return lines.map((line) => `${line}\n`).join("");
}

/** How each rule met the request: its truth, or why it was not asked, and below it every atom with what it read. */
export function whyText(seen: readonly SeenRule[]): string {
  const lines = seen.flatMap((rule) => [
    `  ${mark[rule.truth]} ${rule.effect} ${ruleText(rule)}${rule.shadow ? ", in shadow" : ""}${rule.because === "" ? "" : `: ${printable(rule.because)}`}`,
    ...rule.atoms.map((atom) => `      ${mark[atom.truth]} ${atomText(atom)}`),
  ]);
  return ["", "every rule, as it met this request:", ...lines].map((line) => `${line}\n`).join("");
}

const mark: Readonly<Record<SeenAtom["truth"], string>> = { true: "✓", false: "✗", unknown: "?" };

function atomText(atom: SeenAtom): string {
  const read = atom.read.length === 0 ? "" : `: ${atom.read.join(", ")}`;
  return printable(`${atom.text.replace(/\s+/g, " ")} is ${atom.truth}${read}`);
}

function ruleText(rule: { readonly id: string; readonly place: Place }): string {
  const { file, line, column } = rule.place;
  return printable(`"${rule.id}" at ${file}:${line}:${column}`);
}

function excerptOf({ file, line }: Place, sources: Sources): readonly string[] {
  const text = sources.get(file)?.line(line);
  return text === undefined ? [] : [`    ${line} │ ${printable(text.replaceAll("\t", "  "))}`];
}

function callerText({ principal }: Request): string {
  if (principal === undefined) return "a caller without a token";
  const roles = principal.roles.length === 0 ? "no roles" : principal.roles.join(", ");
  return printable(`${principal.id} (${roles})`);
}

function operationText(operation: Operation): string {
  switch (operation.kind) {
    case "tool":
      return `${operation.server}.${operation.name}`;
    case "prompt":
      return `prompt ${operation.server}.${operation.name}`;
    case "resource":
      return `resource ${operation.server} ${operation.uri}`;
    default:
      return `${operation.kind} ${operation.server}`;
  }
}
