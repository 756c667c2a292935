import { equal, isRecord, type JsonObject, type PinnedKind, pinnedPart, type Value } from "@mcpolicy/core";
import { own } from "../wire/message.ts";

/**
 * What a change of a definition means for whoever wrote a policy for the former one: `wider` lets a caller do or send more, `narrower` less;
 * `text` is what a model reads; `hint` an annotation; `other` whatever else is pinned.
 */
export interface Change {
  readonly kind: "wider" | "narrower" | "text" | "hint" | "other";
  /** Half a sentence, to come behind the name: "`recursive` is a new optional argument". */
  readonly text: string;
}

/** How a live definition differs from the pinned one, in words; empty where their pinned parts are equal. */
export function changesOf(kind: PinnedKind, pinned: JsonObject, live: JsonObject): readonly Change[] {
  const [before, after] = [pinnedPart(kind, pinned), pinnedPart(kind, live)];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changes = names.flatMap((name) => {
    const [was, is] = [own(before, name), own(after, name)];
    return was !== undefined && is !== undefined && equal(was, is) ? [] : (parts[name] ?? other)(was, is, name);
  });
  return changes.length > 0 || equal(before, after) ? changes : [{ kind: "other", text: "it changed" }];
}

type Compare = (was: Value | undefined, is: Value | undefined, name: string) => readonly Change[];

const text: Compare = (was, is, name) => [{ kind: "text", text: `its ${name} changed ${fromTo(was, is)}` }];
const other: Compare = (was, is, name) => [{ kind: "other", text: `its ${name} changed ${fromTo(was, is)}` }];

/** How each pinned field is compared; others as a whole. */
const parts: Readonly<Record<string, Compare>> = {
  name: other,
  title: text,
  description: text,
  inputSchema: (was, is) => schemaChanges(was, is, [], "argument"),
  outputSchema: (was, is) => schemaChanges(was, is, [], "field of the result"),
  annotations: (was, is) => annotationChanges(was, is),
  arguments: (was, is) => promptArgumentChanges(was, is),
};

/** Keywords that bound a value from one side: whether a larger number lets more in. */
const bounds: Readonly<Record<string, "upper" | "lower">> = {
  maxLength: "upper",
  maximum: "upper",
  exclusiveMaximum: "upper",
  maxItems: "upper",
  maxProperties: "upper",
  minLength: "lower",
  minimum: "lower",
  exclusiveMinimum: "lower",
  minItems: "lower",
  minProperties: "lower",
};

const texts: ReadonlySet<string> = new Set(["description", "title", "default", "examples", "$comment"]);

function schemaChanges(
  was: Value | undefined,
  is: Value | undefined,
  path: readonly string[],
  noun: string,
): readonly Change[] {
  const where = path.length === 0 ? "it" : `\`${path.join(".")}\``;
  if (!isRecord(was) || !isRecord(is)) {
    if (was === undefined) return [{ kind: "narrower", text: `${where} has a schema now` }];
    if (is === undefined) return [{ kind: "wider", text: `${where} has no schema any more` }];
    return [{ kind: "other", text: `the schema of ${where} changed ${fromTo(was, is)}` }];
  }
  const keywords = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return keywords.flatMap((keyword): readonly Change[] => {
    const [before, after] = [own(was, keyword), own(is, keyword)];
    if (before !== undefined && after !== undefined && equal(before, after)) return [];
    if (keyword === "properties") return propertyChanges(before, after, own(is, "required"), path, noun);
    if (keyword === "required") return requiredChanges(before, after, own(was, "properties"), path, noun);
    if (keyword === "items") return schemaChanges(before, after, [...path, "[]"], noun);
    if (keyword === "enum") return choiceChanges(before, after, where);
    if (keyword === "type") return typeChanges(before, after, where);
    if (keyword === "additionalProperties") return openness(before, after, where);
    const bound = bounds[keyword];
    if (bound !== undefined) return [boundChange(before, after, keyword, bound, where)];
    if (texts.has(keyword))
      return [{ kind: "text", text: `the ${keyword} of ${where} changed ${fromTo(before, after)}` }];
    if (before === undefined) return [{ kind: "narrower", text: `${where} has \`${keyword}\` ${quoted(after)} now` }];
    if (after === undefined) return [{ kind: "wider", text: `${where} has lost \`${keyword}\` ${quoted(before)}` }];
    return [{ kind: "other", text: `\`${keyword}\` of ${where} changed ${fromTo(before, after)}` }];
  });
}

function propertyChanges(
  was: Value | undefined,
  is: Value | undefined,
  required: Value | undefined,
  path: readonly string[],
  noun: string,
): readonly Change[] {
  const [before, after] = [recordOf(was), recordOf(is)];
  const needed = Array.isArray(required) ? required : [];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name): readonly Change[] => {
    const at = [...path, name];
    const shown = `\`${at.join(".")}\``;
    if (!Object.hasOwn(before, name)) {
      const kind = needed.includes(name) ? "required" : "optional";
      return [{ kind: "wider", text: `${shown} is a new ${kind} ${noun}` }];
    }
    if (!Object.hasOwn(after, name)) return [{ kind: "narrower", text: `${shown} is no ${noun} any more` }];
    return equal(before[name] ?? null, after[name] ?? null) ? [] : schemaChanges(before[name], after[name], at, noun);
  });
}

/** Of properties that were there before: new ones say themselves whether they are required. */
function requiredChanges(
  was: Value | undefined,
  is: Value | undefined,
  properties: Value | undefined,
  path: readonly string[],
  noun: string,
): readonly Change[] {
  const [before, after] = [listOf(was), listOf(is)];
  const known = recordOf(properties);
  const shown = (name: Value): string => `\`${[...path, String(name)].join(".")}\``;
  return [
    ...after
      .filter((name) => !before.includes(name) && Object.hasOwn(known, String(name)))
      .map((name): Change => ({ kind: "narrower", text: `${shown(name)} is a required ${noun} now` })),
    ...before
      .filter((name) => !after.includes(name))
      .map((name): Change => ({ kind: "wider", text: `${shown(name)} is no required ${noun} any more` })),
  ];
}

function choiceChanges(was: Value | undefined, is: Value | undefined, where: string): readonly Change[] {
  if (was === undefined) return [{ kind: "narrower", text: `${where} is one of ${quoted(is)} now` }];
  if (is === undefined) return [{ kind: "wider", text: `${where} is no longer one of ${quoted(was)}` }];
  const [before, after] = [listOf(was), listOf(is)];
  const added = after.filter((each) => !before.some((one) => equal(one, each)));
  const gone = before.filter((each) => !after.some((one) => equal(one, each)));
  return [
    ...(added.length === 0
      ? []
      : [{ kind: "wider", text: `${where} may be ${added.map(quoted).join(", ")} too` } as const]),
    ...(gone.length === 0
      ? []
      : [{ kind: "narrower", text: `${where} may not be ${gone.map(quoted).join(", ")} any more` } as const]),
  ];
}

function typeChanges(was: Value | undefined, is: Value | undefined, where: string): readonly Change[] {
  const [before, after] = [typesOf(was), typesOf(is)];
  const text = `the type of ${where} changed from ${before.join(" or ") || "any"} to ${after.join(" or ") || "any"}`;
  const isWider = is === undefined || (was !== undefined && before.every((each) => after.includes(each)));
  const isNarrower = was === undefined || after.every((each) => before.includes(each));
  return [{ kind: isWider ? "wider" : isNarrower ? "narrower" : "other", text }];
}

function openness(was: Value | undefined, is: Value | undefined, where: string): readonly Change[] {
  if (is === false) return [{ kind: "narrower", text: `${where} takes nothing undeclared any more` }];
  if (was === false) return [{ kind: "wider", text: `${where} takes what is not declared` }];
  return [{ kind: "other", text: `what ${where} takes undeclared changed ${fromTo(was, is)}` }];
}

function boundChange(
  was: Value | undefined,
  is: Value | undefined,
  keyword: string,
  bound: "upper" | "lower",
  where: string,
): Change {
  if (was === undefined) return { kind: "narrower", text: `${where} has \`${keyword}\` ${quoted(is)} now` };
  if (is === undefined) return { kind: "wider", text: `${where} has lost \`${keyword}\` ${quoted(was)}` };
  const isWider = bound === "upper" ? Number(is) > Number(was) : Number(is) < Number(was);
  return { kind: isWider ? "wider" : "narrower", text: `\`${keyword}\` of ${where} changed ${fromTo(was, is)}` };
}

function annotationChanges(was: Value | undefined, is: Value | undefined): readonly Change[] {
  const [before, after] = [recordOf(was), recordOf(is)];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name): readonly Change[] => {
    const [then, now] = [own(before, name), own(after, name)];
    if (then !== undefined && now !== undefined && equal(then, now)) return [];
    return [{ kind: name === "title" ? "text" : "hint", text: `its ${name} changed ${fromTo(then, now)}` }];
  });
}

/** MCP 2025-11-25, PromptArgument. */
function promptArgumentChanges(was: Value | undefined, is: Value | undefined): readonly Change[] {
  const byName = (list: Value | undefined): JsonObject =>
    Object.fromEntries(listOf(list).flatMap((each) => (isRecord(each) ? [[String(own(each, "name")), each]] : [])));
  const asSchema = (list: JsonObject): JsonObject => ({
    properties: Object.fromEntries(
      Object.entries(list).map(([name, each]) => {
        const { name: _, required: __, ...rest } = each as JsonObject;
        return [name, rest];
      }),
    ),
    required: Object.entries(list).flatMap(([name, each]) => (recordOf(each)["required"] === true ? [name] : [])),
  });
  const changes = schemaChanges(asSchema(byName(was)), asSchema(byName(is)), [], "argument");
  return changes.length > 0 ? changes : [{ kind: "other", text: "the order of its arguments changed" }];
}

function typesOf(value: Value | undefined): readonly string[] {
  return (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);
}

function recordOf(value: Value | undefined): JsonObject {
  return isRecord(value) ? value : {};
}

function listOf(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

function fromTo(was: Value | undefined, is: Value | undefined): string {
  return `from ${was === undefined ? "none" : quoted(was)} to ${is === undefined ? "none" : quoted(is)}`;
}

const MOST_QUOTED = 200;

function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? "none";
  return text.length <= MOST_QUOTED ? text : `${text.slice(0, MOST_QUOTED)}…`;
}
