import { type Field, fieldNames, fieldOf, joinTypes, membersOf, showType, type Type } from "@mcpolicy/core";
import { diagnostic, type Span } from "@mcpolicy/diagnostics";
import type { Expanded } from "./expand.ts";
import { isPresent, narrowType, stepKey } from "./narrow.ts";
import { broken, type Operand, type Reference, referenceOperand } from "./operand.ts";
import { type Finding, withSuggestion } from "./report.ts";
import { textOf } from "./scope.ts";
import type { Site } from "./site.ts";
import { plain, unionOf } from "./types.ts";

/**
 * A field or element of a type; of a union one that each member has, or may lack as records do: what only some of several records have
 * is optional, like what a record itself may leave out. Undefined where there is none.
 */
export function fieldIn(type: Type, key: string | number): Field | undefined {
  const found = membersOf(type).map((member) => ({ member, field: fieldOrElement(member, key) }));
  const having = found.flatMap(({ field }) => field ?? []);
  const lacking = found.filter(({ field }) => field === undefined);
  if (having.length === 0 || lacking.some(({ member }) => member.kind !== "record")) return undefined;
  return {
    type: unionOf(having.map((field) => field.type)),
    optional: lacking.length > 0 || having.some((field) => field.optional),
  };
}

function fieldOrElement(type: Type, key: string | number): Field | undefined {
  if (typeof key === "string") return fieldOf(type, key);
  if (type.kind === "any") return { type: plain("any"), optional: false };
  return type.kind === "list" ? { type: type.element, optional: true } : undefined;
}

/** What differs from operation to operation: `args`, `result`, `its.args`, `its.result`. */
export interface Whole {
  readonly operations: readonly Expanded[];
  readonly typeOf: (operation: Expanded) => Type | undefined;
  readonly isResult: boolean;
}

export function wholeOf({ root, path }: Reference, site: Site): Whole | undefined {
  const [first] = path;
  const isResult = root === "its" ? first === "result" : root === "result";
  const isWhole = root === "its" ? path.length === 1 && first !== "tool" : path.length === 0;
  if (!isWhole || !(root === "args" || root === "result" || root === "its")) return undefined;
  return {
    operations: root === "its" ? (site.its?.operations ?? []) : site.operations,
    typeOf: (operation) => (isResult ? operation.result : operation.arguments),
    isResult,
  };
}

export function partOperand(
  whole: Whole,
  of: Reference,
  name: string,
  keySpan: Span,
  span: Span,
  site: Site,
  text: string,
): Operand {
  const key = stepKey(of.key, name)!;
  const fields = whole.operations.map((operation) => fieldOfWhole(whole, operation, name));
  const having = fields.filter((field) => field !== undefined);
  const guarded = isPresent(key, site.facts);
  if (whole.operations.length === 0) return broken(span);
  if (having.length === 0 || (having.length < fields.length && !guarded)) {
    reportNoPart(whole, name, keySpan, span, site);
    return broken(span);
  }
  const type = narrowType(
    having.map((field) => field.type).reduce((a, b) => joinTypes(a, b)),
    key,
    site.facts,
  );
  const unguarded = having.some((field) => field.optional) && !guarded;
  return referenceOperand({ ...of, path: [...of.path, name], key, unguarded }, type, span, text);
}

function fieldOfWhole(whole: Whole, operation: Expanded, name: string): ReturnType<typeof fieldIn> {
  const type = whole.typeOf(operation);
  return type === undefined ? undefined : fieldIn(type, name);
}

/** Whether any operation of the rule has this argument. */
export function argumentIsKnown(name: string, site: Site): boolean {
  return site.operations.some((each) => each.arguments !== undefined && fieldIn(each.arguments, name) !== undefined);
}

export function reportNoPart(whole: Whole, name: string, keySpan: Span, span: Span, site: Site): void {
  const typed = whole.operations.map((operation) => ({ operation, field: fieldOfWhole(whole, operation, name) }));
  const missing = typed.filter(({ field }) => field === undefined).map(({ operation }) => operation);
  const having = typed.filter(({ field }) => field !== undefined);
  const first = missing[0]!;
  const part = whole.isResult ? "result field" : "argument";
  const others = missing.length > 1 ? ` (nor have ${missing.length - 1} more)` : "";
  let found: Finding = diagnostic(
    whole.isResult ? "P0213" : "P0203",
    keySpan,
    `\`${first.label}\` has no ${part} \`${name}\`${others}`,
  );
  const types = whole.operations.map(whole.typeOf).filter((type) => type !== undefined);
  const names = [...new Set(types.flatMap(fieldNames))];
  if (having.length > 0) {
    found = found.withLabel(`not ${whole.isResult ? "a" : "an"} ${part} of every tool that this rule speaks of`);
    const byType = Map.groupBy(having, ({ field }) => showType(field!.type));
    for (const [type, those] of [...byType].slice(0, 3)) {
      const labels = those.slice(0, 4).map(({ operation }) => operation.label);
      const more = those.length > 4 ? ` and ${those.length - 4} more` : "";
      found = found.withNote(`${labels.join(", ")}${more} ${those.length === 1 ? "has" : "have"} \`${name}: ${type}\``);
    }
    found = found.withNote(`${first.label} has ${showFields(whole.typeOf(first), `${part}s`)}`);
    site.report(
      found.withHelp(
        `give \`${first.label}\` a line of its own, or ask first: \`has ${textOf(site.scope, span)} and …\``,
      ),
    );
    return;
  }
  const note = whole.typeOf(first) === undefined ? `it has no ${part}s at all` : undefined;
  if (note !== undefined) found = found.withNote(note);
  site.report(withSuggestion(found, name, names, keySpan, `${part}s of \`${first.label}\``));
}

function showFields(type: Type | undefined, what: string): string {
  if (type?.kind !== "record" || Object.keys(type.fields).length === 0) return `no ${what}`;
  const shown = Object.entries(type.fields).map(
    ([name, field]) => `\`${name}${field.optional ? "?" : ""}: ${showType(field.type)}\``,
  );
  return shown.length > 6 ? `${shown.slice(0, 6).join(", ")} and ${shown.length - 6} more` : shown.join(", ");
}
