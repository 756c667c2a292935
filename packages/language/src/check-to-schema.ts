import {
  type Field,
  fieldNames,
  isAssignable,
  membersOf,
  regexToEcmascript,
  showType,
  type Type,
  type Value,
  whyUnreadable,
} from "@mcpolicy/core";
import { diagnostic, type Span } from "@mcpolicy/diagnostics";
import type { Check, Expression, FieldType, RecordType, Refinement, TypeExpression } from "./ast.ts";
import { fieldIn } from "./check-arguments.ts";
import { constantOf } from "./constants.ts";
import { declaredType } from "./declared-type.ts";
import { holesOf } from "./holes.ts";
import { type Finding, type Report, withSuggestion } from "./report.ts";
import { type Scope, textOf } from "./scope.ts";
import type { CheckedCheck } from "./typed.ts";
import { plain, unionOf } from "./types.ts";
import { recordsIn } from "./written-types.ts";

type Schema = Readonly<Record<string, Value>>;

interface Place {
  readonly scope: Scope;
  readonly report: Report;
  /** `fs.read_file`, or `result of fs.read_file`. */
  readonly tool: string;
  /** What its fields are called: `argument`. */
  readonly field: string;
}

/**
 * A `check` as the JSON Schema (valid in draft-07 and 2020-12) that narrows the tool's own, joined to it by `allOf`. What JSON Schema
 * cannot say of paths is said by the keyword `x-mcpolicy-path`, which the runtime holds by the readers of `core`. Undefined where the
 * tool is unknown; what is wrong in a field is reported and left out.
 */
export function checkToSchema(check: Check, scope: Scope, report: Report): CheckedCheck | undefined {
  const server = scope.servers.get(check.server.text);
  if (server === undefined) {
    report(
      withSuggestion(
        diagnostic("P0202", check.server.span, `there is no server \`${check.server.text}\``),
        check.server.text,
        scope.servers.keys(),
        check.server.span,
        "servers",
      ),
    );
    return undefined;
  }
  if (server.broken) return undefined;
  const { name, untyped } = server.checked;
  if (untyped && !check.ofResult) return untypedCheck(check, name, scope, report);
  const type = (check.ofResult ? server.results : server.arguments).get(check.tool.text);
  if (type === undefined && !untyped) {
    report(
      withSuggestion(
        diagnostic("P0201", check.tool.span, `\`${check.tool.text}\` is not a tool of server \`${name}\``).withNote(
          "there is nothing to check",
        ),
        check.tool.text,
        server.arguments.keys(),
        check.tool.span,
        `tools of \`${name}\``,
      ),
    );
    return undefined;
  }
  const declared = server.checked.tools.find((tool) => tool.name === check.tool.text);
  if (type === undefined || (check.ofResult && declared?.outputSchema === undefined)) {
    report(
      diagnostic("P0310", check.tool.span, `\`${name}.${check.tool.text}\` declares no output schema`)
        .withNote("a check narrows what a tool says of its results, and this one says nothing")
        .withHelp(`hold back what must not pass: \`deny result of ${name}.${check.tool.text} when …\``),
    );
    return undefined;
  }
  const tool = `${name}.${check.tool.text}`;
  const place: Place = {
    scope,
    report,
    tool: check.ofResult ? `result of ${tool}` : tool,
    field: check.ofResult ? "field" : "argument",
  };
  return {
    server: name,
    tool: check.tool.text,
    ofResult: check.ofResult,
    span: check.span,
    open: check.record.open,
    schema: recordSchema(check.record, type, place),
  };
}

/**
 * Where nothing is pinned, a check is all that is known of the arguments: it is closed over its own names unless it says `open`, by
 * itself, so that a further check never lets more through.
 */
function untypedCheck(check: Check, server: string, scope: Scope, report: Report): CheckedCheck {
  const tool = check.tool.text;
  const schema = recordSchema(check.record, plain("any"), {
    scope,
    report,
    tool: `${server}.${tool}`,
    field: "argument",
  });
  const closed = check.record.open ? {} : { additionalProperties: false };
  return {
    server,
    tool,
    ofResult: false,
    span: check.span,
    open: check.record.open,
    schema: { ...schema, ...closed },
  };
}

/** Named fields. What the tool declares beside them is not this check's business: the tool's own schema closes it. */
function recordSchema(record: RecordType, given: Type, place: Place): Schema {
  const properties: [string, Value][] = [];
  const required: string[] = [];
  for (const field of record.fields) {
    const own = fieldGiven(field, given, place);
    if (own === undefined) continue;
    if (field.optional && !own.optional && own.certain) {
      place.report(
        diagnostic(
          "P0311",
          field.name.span,
          `\`${field.name.text}\` is required by \`${place.tool}\`; a check cannot make it optional`,
        )
          .withNote(`a check only narrows what a tool ${place.field === "field" ? "gives" : "takes"}`)
          .withFix({ title: "leave out the `?`", span: markSpan(field, place), replacement: `${field.name.text}:` }),
      );
    }
    if (!field.optional) required.push(field.name.text);
    properties.push([field.name.text, fieldSchema(field, own.type, place)]);
  }
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    ...(required.length === 0 ? {} : { required }),
  };
}

/** From the name to the colon. */
function markSpan(field: FieldType, place: Place): Span {
  const { file, start } = field.name.span;
  const text = place.scope.sources.get(file)?.text ?? "";
  const colon = text.indexOf(":", field.name.span.end);
  return { file, start, end: colon < 0 ? field.name.span.end : colon + 1 };
}

function fieldGiven(field: FieldType, given: Type, place: Place): (Field & { readonly certain: boolean }) | undefined {
  const { text, span } = field.name;
  const records = recordsOf(given);
  const own = records.length === 0 ? undefined : fieldIn(unionOf(records), text);
  if (own !== undefined) return { ...own, certain: records.every(({ kind }) => kind === "record") };
  place.report(
    withSuggestion(
      diagnostic(
        place.field === "field" ? "P0213" : "P0203",
        span,
        `\`${place.tool}\` has no ${place.field} \`${text}\``,
      ),
      text,
      records.flatMap(fieldNames),
      span,
      `${place.field}s of \`${place.tool}\``,
    ),
  );
  return undefined;
}

/** What of a type may be a record. */
function recordsOf(given: Type): readonly Type[] {
  return membersOf(given).filter(({ kind }) => kind === "record" || kind === "any");
}

function fieldSchema(field: FieldType, given: Type, place: Place): Schema {
  const type = declaredType(field.type, () => {});
  if (type.kind !== "error" && !overlaps(type, given)) {
    reportType(field, type, given, place, field.type.kind === "record" ? "a record" : showType(type));
    return {};
  }
  const schema = writtenSchema(field.type, given, place);
  if (field.type.kind === "record") refuse(field.refinements, "a record", place);
  if (schema === undefined || type.kind === "error" || field.type.kind === "record") return schema ?? {};
  return refined(schema, type, field.refinements, place);
}

/**
 * What a written type demands of a JSON value, with the refinements of records in it at any depth; undefined, and reported, where no JSON
 * value is of it. `given` is what the tool says of the value.
 */
function writtenSchema(written: TypeExpression, given: Type, place: Place): Schema | undefined {
  if (written.kind === "record") {
    const records = recordsOf(given);
    const record = records.length === 0 ? plain("any") : unionOf(records);
    return { ...recordSchema(written, record, place), ...closure(written, record) };
  }
  if (recordsIn(written).length > 0 && written.kind === "union") {
    const members = written.members.map((member) => writtenSchema(member, given, place));
    return members.every((member) => member !== undefined) ? { anyOf: members } : undefined;
  }
  if (recordsIn(written).length > 0 && written.kind === "named" && written.of !== undefined) {
    const elements = membersOf(given).flatMap((member) => (member.kind === "list" ? [member.element] : []));
    const items = writtenSchema(written.of, elements.length === 0 ? plain("any") : unionOf(elements), place);
    return items && { type: "array", items };
  }
  const type = declaredType(written, place.report);
  if (type.kind === "error") return undefined;
  const schema = typeSchema(type);
  if (schema === undefined) {
    place.report(
      diagnostic("P0310", written.span, `no ${place.field} is ${showType(type)}`)
        .withNote("arguments are JSON: text, numbers, lists, records")
        .withHelp("check it as `int` or `string`"),
    );
  }
  return schema;
}

/** A nested record is closed, but for what the tool declares itself. */
function closure(written: RecordType, given: Type): Schema {
  if (written.open) return {};
  const names = new Set([
    ...written.fields.map((field) => field.name.text),
    ...membersOf(given).flatMap((member) => fieldNames(member)),
  ]);
  return { propertyNames: { enum: [...names].sort() } };
}

/** Whether a value can be of both types, so that the check leaves something through. */
function overlaps(type: Type, given: Type): boolean {
  return membersOf(type).some((a) =>
    membersOf(given).some((b) => {
      if (a.kind === "enum" && b.kind === "enum") return a.values.some((value) => b.values.includes(value));
      if (a.kind === "list" && b.kind === "list") return overlaps(a.element, b.element);
      // Their fields are checked one by one.
      if (a.kind === "record" && b.kind === "record") return true;
      const texts: readonly Type["kind"][] = ["string", "enum", "path", "url", "ip", "mail", "time"];
      if (texts.includes(a.kind) && texts.includes(b.kind))
        return a.kind === "string" || a.kind === "path" || b.kind !== "enum";
      return isAssignable(a, b) || isAssignable(b, a);
    }),
  );
}

function reportType(field: FieldType, type: Type, given: Type, place: Place, said: string): void {
  place.report(
    diagnostic(
      "P0310",
      field.type.span,
      `\`${field.name.text}\` of \`${place.tool}\` is ${showType(given)}, not ${said}`,
    )
      .withNote(`no ${place.field} could pass this check`)
      .withHelp(`write \`${field.name.text}: ${showType(given)}\`${type.kind === "any" ? "" : ", and narrow that"}`),
  );
}

// ------------------------------------------------------------------ types

/** What a type without records demands of a JSON value; undefined where no JSON value is one. */
function typeSchema(type: Type): Schema | undefined {
  switch (type.kind) {
    case "enum":
      return { type: "string", enum: [...type.values] };
    case "list": {
      const items = typeSchema(type.element);
      return items === undefined ? undefined : { type: "array", items };
    }
    case "union": {
      const members = type.members.map(typeSchema);
      return members.every((member) => member !== undefined) ? { anyOf: members } : undefined;
    }
    default:
      return plainSchemas[type.kind];
  }
}

const plainSchemas: Readonly<Partial<Record<Type["kind"], Schema>>> = {
  any: {},
  bool: { type: "boolean" },
  int: { type: "integer" },
  number: { type: "number" },
  string: { type: "string" },
  null: { type: "null" },
  path: { type: "string", "x-mcpolicy-path": {} },
  url: { type: "string", format: "uri" },
  time: { type: "string", format: "date-time" },
  mail: { type: "string", format: "email" },
  ip: { type: "string", anyOf: [{ format: "ipv4" }, { format: "ipv6" }] },
};

// ------------------------------------------------------------ refinements

/** A refinement: the types that it fits, and what it adds to their schema. */
interface Row {
  readonly spelled: string;
  readonly fits: (type: Type) => boolean;
  readonly fitting: string;
}

const isKind =
  (...kinds: readonly Type["kind"][]) =>
  (type: Type): boolean =>
    membersOf(type).every((member) => kinds.includes(member.kind) || member.kind === "null") &&
    membersOf(type).some((member) => kinds.includes(member.kind));

// biome-ignore format: table
const rows: Readonly<Record<Refinement["kind"], Row>> = {
  size:          { spelled: "size A..B",   fits: isKind("string", "enum", "path", "url", "mail", "list"), fitting: "text and lists" },
  range:         { spelled: "A..B",        fits: isKind("int", "number"),                                 fitting: "numbers" },
  matches:       { spelled: "matches",     fits: isKind("string", "enum"),                                fitting: "text that is no path or URL" },
  "starts with": { spelled: "starts with", fits: isKind("string", "enum"),                                fitting: "text that is no path or URL" },
  "ends with":   { spelled: "ends with",   fits: isKind("string", "enum"),                                fitting: "text that is no path or URL" },
  like:          { spelled: "like",        fits: isKind("path"),                                          fitting: "paths" },
  under:         { spelled: "under",       fits: isKind("path"),                                          fitting: "paths" },
  in:            { spelled: "in […]",      fits: isKind("string", "enum", "int", "number", "bool"),       fitting: "text and numbers" },
  unique:        { spelled: "unique",      fits: isKind("list"),                                          fitting: "lists" },
};

function refused(refinement: Refinement, what: string, place: Place): Finding {
  const row = rows[refinement.kind];
  return diagnostic("P0310", refinement.span, `\`${row.spelled}\` does not fit ${what}`).withNote(
    `it is for ${row.fitting}; ${place.field} of \`${place.tool}\``,
  );
}

function refuse(refinements: readonly Refinement[], what: string, place: Place): void {
  for (const refinement of refinements) {
    place.report(refused(refinement, what, place).withHelp("leave it out"));
  }
}

function refined(schema: Schema, type: Type, refinements: readonly Refinement[], place: Place): Schema {
  const parts: Schema[] = [];
  for (const refinement of refinements) {
    if (!rows[refinement.kind].fits(type)) {
      place.report(helped(refused(refinement, showType(type), place), refinement, type));
      continue;
    }
    const part = refinementSchema(refinement, type, place);
    if (part !== undefined) parts.push(part);
  }
  return parts.length === 0 ? schema : { allOf: [schema, ...parts] };
}

/** Raw tests of a path are what people write by habit. */
function helped(found: Finding, refinement: Refinement, type: Type): Finding {
  const raw = ["starts with", "ends with", "matches"].includes(refinement.kind);
  if (!raw || type.kind !== "path") return found.withHelp("leave it out, or check another type");
  return found
    .withNote("`/workspace/../etc/passwd` starts with `/workspace`: only a canonical reading tells where a path leads")
    .withHelp('use `under "/…"` or `like "…"`, or check it as `string`');
}

function refinementSchema(refinement: Refinement, type: Type, place: Place): Schema | undefined {
  switch (refinement.kind) {
    case "size":
    case "range":
      return boundsSchema(refinement, type, place);
    case "matches": {
      const why = whyUnreadable(plain("regex"), refinement.regex.source, undefined);
      if (why !== "") return unreadable(refinement.regex.span, "regular expression", why, place);
      return { pattern: regexToEcmascript(refinement.regex.source) };
    }
    case "starts with":
      return { pattern: `^${escapePattern(refinement.text.value)}` };
    case "ends with":
      return { pattern: `${escapePattern(refinement.text.value)}$` };
    case "under": {
      if (hasHoles(refinement.text.value, refinement.text.span, place)) return undefined;
      const why = whyUnreadable(plain("path"), refinement.text.value, undefined);
      if (why !== "") return unreadable(refinement.text.span, "path", why, place);
      return { "x-mcpolicy-path": { under: [refinement.text.value] } };
    }
    case "like": {
      const globs = texts(refinement.globs, place);
      if (globs === undefined) return undefined;
      if (globs.some((glob) => hasHoles(glob, refinement.globs.span, place))) return undefined;
      const bad = globs.find((glob) => whyUnreadable(plain("glob"), glob, undefined) !== "");
      if (bad !== undefined) {
        return unreadable(refinement.globs.span, "glob", whyUnreadable(plain("glob"), bad, undefined), place);
      }
      return { "x-mcpolicy-path": { like: [...globs] } };
    }
    case "in": {
      const constant = constantOf(refinement.list, place.scope);
      if (constant === undefined || !Array.isArray(constant.value)) {
        place.report(
          diagnostic("P0314", refinement.list.span, "the values of `in` are written out in a check").withHelp(
            "write constants, or a `let` of them",
          ),
        );
        return undefined;
      }
      const why = whyUnreadable({ kind: "list", element: type }, constant.value, undefined);
      if (why !== "") return unreadable(refinement.list.span, `list<${showType(type)}>`, why, place);
      return { enum: constant.value as readonly Value[] };
    }
    case "unique":
      return { uniqueItems: true };
  }
}

/** A check holds for everybody, so that nothing of the caller can fill its text. */
function hasHoles(text: string, span: Span, { scope, report }: Place): boolean {
  let found = false;
  holesOf(text, span, {
    scope,
    takesHoles: false,
    report: (each) => {
      found = true;
      report(each);
    },
  });
  return found;
}

function boundsSchema(
  refinement: Refinement & { readonly kind: "size" | "range" },
  type: Type,
  place: Place,
): Schema | undefined {
  const [low, high] = [refinement.low.value, refinement.high.value];
  if (low > high) return unreadable(refinement.span, "range", "it ends before it begins", place);
  if (refinement.kind === "range") return { minimum: low, maximum: high };
  if (low < 0 || !Number.isSafeInteger(low) || !Number.isSafeInteger(high)) {
    return unreadable(refinement.span, "size", "sizes are whole numbers from 0", place);
  }
  return type.kind === "list" ? { minItems: low, maxItems: high } : { minLength: low, maxLength: high };
}

function unreadable(span: Span, what: string, why: string, place: Place): undefined {
  place.report(
    diagnostic("P0304", span, `${textOf(place.scope, span)} cannot be read as a ${what}`)
      .withNote(why)
      .withHelp(`write what reads as a ${what}`),
  );
  return undefined;
}

function texts(expression: Expression, place: Place): readonly string[] | undefined {
  const value = constantOf(expression, place.scope)?.value;
  const list = Array.isArray(value) ? (value as readonly Value[]) : [value];
  if (list.every((each) => typeof each === "string")) return list as readonly string[];
  place.report(
    diagnostic("P0314", expression.span, "globs are written out in a check").withHelp(
      'write `like "…"` or `like ["…", "…"]`',
    ),
  );
  return undefined;
}

/** Text as a pattern that matches it, with or without the `u` flag. */
function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
