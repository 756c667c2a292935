import { fieldNames, fieldOf, joinTypes, membersOf, showType, type Type } from "@mcpolicy/core";
import { diagnostic, type Span } from "@mcpolicy/diagnostics";
import { isPresent, narrowType, stepKey } from "./narrow.ts";
import { broken, type Operand, referenceOperand } from "./operand.ts";
import { type Finding, withSuggestion } from "./report.ts";
import { textOf } from "./scope.ts";
import type { Site } from "./site.ts";
import { plain, unionOf } from "./types.ts";

/** A field or element of a type; of a union one that each member has. Undefined where there is none. */
export function fieldIn(
  type: Type,
  key: string | number,
): { readonly type: Type; readonly optional: boolean } | undefined {
  const found = membersOf(type).map((member) => {
    if (typeof key === "string") return fieldOf(member, key);
    if (member.kind === "any") return { type: plain("any"), optional: false };
    return member.kind === "list" ? { type: member.element, optional: true } : undefined;
  });
  if (!found.every((field) => field !== undefined)) return undefined;
  return { type: unionOf(found.map((field) => field.type)), optional: found.some((field) => field.optional) };
}

/** An argument, as each tool of the rule has it. */
export function argumentOperand(name: string, keySpan: Span, span: Span, site: Site, text: string): Operand {
  const key = stepKey("args", name)!;
  const given = site.operations.map((operation) => ({
    operation,
    field: operation.arguments === undefined ? undefined : fieldIn(operation.arguments, name),
  }));
  const having = given.flatMap(({ field }) => (field === undefined ? [] : [field]));
  const missing = given.filter(({ field }) => field === undefined).map(({ operation }) => operation);
  const guarded = isPresent(key, site.facts);
  if (site.operations.length === 0) return broken(span);
  if (having.length === 0 || (missing.length > 0 && !guarded)) {
    reportNoArgument(name, keySpan, span, site);
    return broken(span);
  }
  const type = narrowType(
    having.map((field) => field.type).reduce((a, b) => joinTypes(a, b)),
    key,
    site.facts,
  );
  const unguarded = having.some((field) => field.optional) && !guarded;
  return referenceOperand({ root: "args", path: [name], key, unguarded }, type, span, text);
}

/** Whether any operation of the rule has this argument, for `has`. */
export function argumentIsKnown(name: string, site: Site): boolean {
  return site.operations.some((each) => each.arguments !== undefined && fieldIn(each.arguments, name) !== undefined);
}

export function reportNoArgument(name: string, keySpan: Span, span: Span, site: Site): void {
  const typed = site.operations.map((operation) => ({
    operation,
    field: operation.arguments === undefined ? undefined : fieldIn(operation.arguments, name),
  }));
  const missing = typed.filter(({ field }) => field === undefined).map(({ operation }) => operation);
  const having = typed.filter(({ field }) => field !== undefined);
  const first = missing[0]!;
  const others = missing.length > 1 ? ` (nor have ${missing.length - 1} more)` : "";
  let found: Finding = diagnostic("P0203", keySpan, `\`${first.label}\` has no argument \`${name}\`${others}`);
  const names = [
    ...new Set(site.operations.flatMap((each) => (each.arguments === undefined ? [] : fieldNames(each.arguments)))),
  ];
  if (having.length > 0) {
    found = found.withLabel("not an argument of every tool that this rule speaks of");
    const byType = Map.groupBy(having, ({ field }) => showType(field!.type));
    for (const [type, those] of [...byType].slice(0, 3)) {
      const labels = those.slice(0, 4).map(({ operation }) => operation.label);
      const more = those.length > 4 ? ` and ${those.length - 4} more` : "";
      found = found.withNote(`${labels.join(", ")}${more} ${those.length === 1 ? "has" : "have"} \`${name}: ${type}\``);
    }
    found = found.withNote(`${first.label} has ${showArguments(first.arguments)}`);
    site.report(
      found.withHelp(
        `give \`${first.label}\` a line of its own, or ask first: \`has ${textOf(site.scope, span)} and …\``,
      ),
    );
    return;
  }
  const note = first.arguments === undefined ? "it has no arguments at all" : undefined;
  if (note !== undefined) found = found.withNote(note);
  site.report(withSuggestion(found, name, names, keySpan, `arguments of \`${first.label}\``));
}

function showArguments(type: Type | undefined): string {
  if (type?.kind !== "record" || Object.keys(type.fields).length === 0) return "no arguments";
  const shown = Object.entries(type.fields).map(
    ([name, field]) => `\`${name}${field.optional ? "?" : ""}: ${showType(field.type)}\``,
  );
  return shown.length > 6 ? `${shown.slice(0, 6).join(", ")} and ${shown.length - 6} more` : shown.join(", ");
}
