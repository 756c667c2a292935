import type { Shape, Signature } from "./operators/operator.ts";
import type { Field, PlainKind, RecordType, Type } from "./type.ts";
import type { Value } from "./value.ts";

/** A type as a policy writes it: `list<string>`, `"a" | "b"`, `{ path: path, head?: int }`. */
export function showType(type: Type): string {
  switch (type.kind) {
    case "enum":
      return type.values.length === 0 ? "nothing" : type.values.map((value) => JSON.stringify(value)).join(" | ");
    case "list":
      return `list<${showType(type.element)}>`;
    case "record": {
      const fields = Object.entries(type.fields).map(
        ([name, field]) => `${name}${field.optional ? "?" : ""}: ${showType(field.type)}`,
      );
      if (type.rest !== undefined) fields.push(`*: ${showType(type.rest)}`);
      return fields.length === 0 ? "record" : `{ ${fields.join(", ")} }`;
    }
    case "union":
      return type.members.map(showType).join(" | ");
    default:
      return type.kind;
  }
}

/** A shape as messages name it: `path or list of paths`, `text`. */
export function showShape(shape: Shape): string {
  return shapeNames[shape] ?? shape;
}

const shapeNames: Partial<Record<Shape, string>> = {
  "path!": "path",
  "path+": "path, or list of paths, written out",
  "glob+": "glob, or list of globs, written out",
  "command+": "command pattern, or list of them, written out",
  "detector+": "detector, or list of them, by name",
  name: "name of a tool or server",
  text: "text",
  T: "value",
  ordered: "number, time or duration",
  "list<T>": "list",
  "list<any>": "list",
};

/**
 * Whether each value of `from` can be read as `to`. `any` and `error` go both ways; plain text counts as a path, since a path is a
 * way to read text; a path never counts as plain text, since its raw text is not what it means.
 */
export function isAssignable(from: Type, to: Type): boolean {
  if (from.kind === "any" || from.kind === "error" || to.kind === "any" || to.kind === "error") return true;
  if (from.kind === "union") return from.members.every((member) => isAssignable(member, to));
  if (to.kind === "union") return to.members.some((member) => isAssignable(from, member));
  if (to.kind === "enum") return from.kind === "enum" && from.values.every((value) => to.values.includes(value));
  if (to.kind === "list") return from.kind === "list" && isAssignable(from.element, to.element);
  if (to.kind === "record") return from.kind === "record" && recordAssignable(from.fields, to.fields);
  return from.kind === to.kind || (widerKinds[from.kind]?.includes(to.kind) ?? false);
}

const widerKinds: Partial<Record<Type["kind"], readonly PlainKind[]>> = {
  int: ["number"],
  enum: ["string", "path", "words", "domain"],
  string: ["path", "words", "domain"],
};

function recordAssignable(from: Readonly<Record<string, Field>>, to: Readonly<Record<string, Field>>): boolean {
  return Object.entries(to).every(([name, wanted]) => {
    if (!Object.hasOwn(from, name)) return wanted.optional;
    const given = from[name] as Field;
    return (wanted.optional || !given.optional) && isAssignable(given.type, wanted.type);
  });
}

/**
 * The type of what is of either type: what an argument is in a rule over several tools. Text that one tool reads as a path or URL is
 * read so for all, which can only make more of it unknown.
 */
export function joinTypes(a: Type, b: Type): Type {
  if (a.kind === "error") return b;
  if (b.kind === "error") return a;
  if (a.kind === "any" || b.kind === "any") return { kind: "any" };
  const members: Type[] = [];
  for (const member of [...membersOf(a), ...membersOf(b)]) {
    const at = members.findIndex((known) => joinPair(known, member) !== undefined);
    if (at < 0) members.push(member);
    else members[at] = joinPair(members[at] as Type, member) as Type;
  }
  return members.length === 1 ? (members[0] as Type) : { kind: "union", members };
}

/** A union's members, or the type itself. */
export function membersOf(type: Type): readonly Type[] {
  return type.kind === "union" ? type.members : [type];
}

/** One type for both, where there is one short of a union. */
function joinPair(a: Type, b: Type): Type | undefined {
  if (a.kind === "enum" && b.kind === "enum") return { kind: "enum", values: [...new Set([...a.values, ...b.values])] };
  if (a.kind === "list" && b.kind === "list") return { kind: "list", element: joinTypes(a.element, b.element) };
  if (a.kind === "record" && b.kind === "record") return joinRecords(a, b);
  if (a.kind === b.kind) return a;
  return joined(a.kind, b) ?? joined(b.kind, a);
}

function joined(from: Type["kind"], to: Type): Type | undefined {
  return joinable[from]?.includes(to.kind) ? to : undefined;
}

const joinable: Partial<Record<Type["kind"], readonly Type["kind"][]>> = {
  int: ["number"],
  enum: ["string", "path", "url"],
  string: ["path", "url"],
};

function joinRecords(a: RecordType, b: RecordType): Type {
  const fields: [string, Field][] = [];
  for (const name of new Set([...Object.keys(a.fields), ...Object.keys(b.fields)])) {
    const left = Object.hasOwn(a.fields, name) ? a.fields[name] : undefined;
    const right = Object.hasOwn(b.fields, name) ? b.fields[name] : undefined;
    if (left !== undefined && right !== undefined) {
      fields.push([name, { type: joinTypes(left.type, right.type), optional: left.optional || right.optional }]);
    } else fields.push([name, { ...((left ?? right) as Field), optional: true }]);
  }
  const rest = joinRests(a, b);
  return { kind: "record", fields: Object.fromEntries(fields), open: a.open || b.open, ...(rest && { rest }) };
}

/** Under other names there is what either has there; nothing, where a record is closed. */
function joinRests(a: RecordType, b: RecordType): Type | undefined {
  if (!a.open) return b.rest;
  if (!b.open) return a.rest;
  return a.rest && b.rest && joinTypes(a.rest, b.rest);
}

/**
 * The type of a constant that a policy writes. Text is an enumeration of one, so that it can be held against the values an argument
 * may have; dates, durations, ranges and regular expressions have their type by their spelling and do not come here.
 */
export function typeOfConstant(value: Value): Type {
  if (value === null) return { kind: "null" };
  if (typeof value === "boolean") return { kind: "bool" };
  if (typeof value === "number") return { kind: Number.isSafeInteger(value) ? "int" : "number" };
  if (typeof value === "string") return { kind: "enum", values: [value] };
  if (Array.isArray(value)) {
    const elements = (value as readonly Value[]).map(typeOfConstant);
    return { kind: "list", element: elements.length === 0 ? { kind: "any" } : elements.reduce(joinTypes) };
  }
  return { kind: "record", fields: {}, open: true };
}

/** What `url(x)` and `email(x)` consist of, and the fields of records; undefined where the type has no such part. */
export function fieldOf(type: Type, key: string): Field | undefined {
  if (type.kind === "any" || type.kind === "error") return { type, optional: false };
  const fields = type.kind === "record" ? type.fields : (partsOf[type.kind] ?? {});
  if (Object.hasOwn(fields, key)) return fields[key];
  return type.kind === "record" && type.open ? { type: type.rest ?? { kind: "any" }, optional: true } : undefined;
}

/** The parts that have names, for suggestions. */
export function fieldNames(type: Type): readonly string[] {
  return Object.keys(type.kind === "record" ? type.fields : (partsOf[type.kind] ?? {}));
}

const part = (kind: PlainKind, optional = false): Field => ({ type: { kind }, optional });

const partsOf: Partial<Record<Type["kind"], Readonly<Record<string, Field>>>> = {
  url: {
    href: part("string"),
    scheme: part("string"),
    host: part("domain"),
    port: part("int", true),
    path: part("path", true),
    query: part("string"),
    user: part("string"),
  },
  mail: { address: part("string"), local: part("string"), domain: part("domain") },
};

// ------------------------------------------------------------------ operands against shapes

/** What the checker knows of an operand. */
export interface OperandView {
  readonly type: Type;
  /** Its value, where the policy writes it out: a constant or a list of constants. */
  readonly constant?: Value;
  /** Text with holes, or a list that holds some: stands where a constant text may. */
  readonly template?: boolean;
  /** `tool.name`, `tool.server`: names, on which `like` stands as on paths. */
  readonly name?: boolean;
}

/** Operands as one signature takes them: what each is read as, and the result; or the operand that does not fit, and why. */
export type SignatureMatch =
  | { readonly fits: true; readonly as: readonly Type[]; readonly result: Type }
  | { readonly fits: false; readonly operand: number; readonly shape: Shape; readonly why: string };

/** Holds operands against a signature. `why` is a whole clause: "`args.n` …" is for the caller to put before it. */
export function matchSignature(signature: Signature, operands: readonly OperandView[]): SignatureMatch {
  const shapes = signature.slice(0, -1) as readonly Shape[];
  if (shapes.length !== operands.length) {
    const shape = shapes[Math.min(operands.length, shapes.length - 1)] ?? "any";
    return { fits: false, operand: operands.length, shape, why: `it takes ${shapes.length}, not ${operands.length}` };
  }
  const bindings: Bindings = {};
  for (const [index, shape] of shapes.entries()) {
    const why = fits(operands[index] as OperandView, shape, bindings);
    if (why !== "") return { fits: false, operand: index, shape, why };
  }
  return {
    fits: true,
    as: shapes.map((shape) => readingType(shape, bindings)),
    result: readingType(signature.at(-1) as Shape, bindings),
  };
}

/** What `T` and `ordered` stand for in one use of a signature, narrowed operand by operand. */
interface Bindings {
  variable?: OperandView;
}

/** Whether an operand fits a shape: empty where it does, else why not, as half a sentence. */
function fits(view: OperandView, shape: Shape, bindings: Bindings): string {
  if (shape === "T") return bind(view, bindings);
  if (shape === "list<T>") {
    const element = elementOf(view);
    return element === undefined ? `it is ${withArticle(showType(view.type))}, not a list` : bind(element, bindings);
  }
  if (shape === "any!") return view.type.kind === "any" ? "" : `it is ${withArticle(showType(view.type))}`;
  // INVARIANT: an `any` that is no clean path is never matched as a mere name.
  if (shape === "name" && view.name !== true) return "it is no name of a tool or server";
  // INVARIANT: what a request brings is never a pattern, not even where nothing is known of its type.
  const takesAny = !patternShapes.has(shape) || isWritten(view);
  const accepts = acceptance[shape];
  const wrong = membersOf(view.type).find(
    (member) => member.kind !== "error" && (member.kind === "any" ? !takesAny : !accepts(member, view)),
  );
  if (wrong !== undefined) {
    const seen = wrong === view.type ? "it is" : "it may be";
    return `${seen} ${withArticle(showType(wrong))}, not ${withArticle(showShape(shape))}`;
  }
  return shape === "ordered" ? bind(view, bindings) : "";
}

/** What is prepared once, when the policy is loaded: it stands in the policy itself. */
export const patternShapes: ReadonlySet<Shape> = new Set<Shape>([
  "path+",
  "glob+",
  "command+",
  "detector",
  "detector+",
  "regex",
  "cidr",
  "window",
  "range",
]);

/** What the shapes take, `any` and unions aside. */
// biome-ignore format: table
const acceptance: Readonly<Record<Exclude<Shape, "T" | "list<T>">, (type: Type, view: OperandView) => boolean>> = {
  bool:           oneOf("bool"),
  int:            oneOf("int"),
  number:         oneOf("int", "number"),
  null:           oneOf("null"),
  any:            () => true,
  "any!":         () => false,
  record:         oneOf("record"),
  string:         oneOf("string", "enum"),
  text:           oneOf("string", "enum", "path", "url", "ip", "domain"),
  name:           isText,
  path:           oneOf("path", "string", "enum"),
  "path!":        (type, view) => type.kind === "path" || (isText(type) && isWritten(view)),
  url:            orWritten("url"),
  ip:             orWritten("ip"),
  mail:           orWritten("mail"),
  time:           orWritten("time"),
  duration:       oneOf("duration"),
  words:          (type) => type.kind === "words" || isText(type) || (type.kind === "list" && isTextOrAny(type.element)),
  domain:         oneOf("domain", "string", "enum"),
  cidr:           orWritten("cidr"),
  window:         orWritten("window"),
  regex:          orWritten("regex"),
  range:          oneOf("range"),
  "path+":        oneOrMoreWritten("path"),
  "glob+":        oneOrMoreWritten("glob"),
  "command+":     oneOrMoreWritten("command"),
  detector:       isDetector,
  "detector+":    (type) => isDetector(type) || (type.kind === "list" && isDetector(type.element)),
  ordered:        oneOf("int", "number", "time", "duration"),
  "list<any>":    oneOf("list"),
  "list<string>": (type) => type.kind === "list" && isTextOrAny(type.element),
  "list<number>": (type) => type.kind === "list" && isAssignable(type.element, { kind: "number" }),
  "list<path>":   (type) => type.kind === "list" && isAssignable(type.element, { kind: "path" }),
};

function oneOf(...kinds: readonly Type["kind"][]): (type: Type) => boolean {
  return (type) => kinds.includes(type.kind);
}

/** The kind itself, or text that the policy writes out and that is read as it. */
function orWritten(kind: PlainKind): (type: Type, view: OperandView) => boolean {
  return (type, view) => type.kind === kind || (isText(type) && isWritten(view));
}

function oneOrMoreWritten(kind: PlainKind): (type: Type, view: OperandView) => boolean {
  const single = orWritten(kind);
  return (type, view) =>
    isWritten(view) &&
    (single(type, view) || (type.kind === "list" && membersOf(type.element).every((m) => single(m, view))));
}

function isOfDetectors(type: Type): boolean {
  return membersOf(type.kind === "list" ? type.element : type).some(isDetector);
}

/** A `let` of a regular expression is one, too. */
function isDetector(type: Type): boolean {
  return type.kind === "detector" || type.kind === "regex";
}

function isWritten(view: OperandView): boolean {
  return view.constant !== undefined || view.template === true;
}

function isText(type: Type): boolean {
  return type.kind === "string" || type.kind === "enum";
}

function isTextOrAny(type: Type): boolean {
  return membersOf(type).every((member) => isText(member) || member.kind === "any" || member.kind === "error");
}

function elementOf(view: OperandView): OperandView | undefined {
  if (view.type.kind === "any" || view.type.kind === "error") return { type: view.type };
  if (view.type.kind === "words") return { type: { kind: "string" } };
  return view.type.kind === "list" ? { ...view, type: view.type.element } : undefined;
}

/** Takes the operand into `T`: empty where it and what came before have a common type. */
function bind(view: OperandView, bindings: Bindings): string {
  if (isOfDetectors(view.type))
    return `it is ${withArticle(showType(view.type))}, which stands behind \`contains\` and \`matches\``;
  const before = bindings.variable;
  if (before === undefined) {
    bindings.variable = view;
    return "";
  }
  const common = commonType(before, view);
  if (typeof common === "string") return common;
  bindings.variable = { type: common };
  return "";
}

/** The type that both are read as to be compared, or why they can never be equal, as half a sentence. */
function commonType(a: OperandView, b: OperandView): Type | string {
  return compared(a, b) ?? compared(b, a) ?? neverEqual(a, b);
}

function compared(a: OperandView, b: OperandView): Type | undefined {
  const [from, to] = [a.type, b.type];
  if (from.kind === "any" || from.kind === "error")
    return to.kind === "int" ? { kind: "number" } : withoutSingletons(to, b);
  if (from.kind === "enum" && to.kind === "enum")
    return enumsMeet(from.values, to.values, a, b) ? { kind: "string" } : undefined;
  if (from.kind === "list" && to.kind === "list") {
    const element = commonType({ ...a, type: from.element }, { ...b, type: to.element });
    return typeof element === "string" ? undefined : { kind: "list", element };
  }
  if (from.kind === "record" && to.kind === "record") return { kind: "record", fields: {}, open: true };
  if (to.kind === "union") {
    const members = membersOf(from).map((member) => {
      const found = to.members.find((other) => {
        return typeof commonType({ ...a, type: member }, { ...b, type: other }) !== "string";
      });
      return found !== undefined;
    });
    // One member in common is enough for two values to be equal.
    return members.some(Boolean) ? (from.kind === "union" ? joinTypes(from, to) : to) : undefined;
  }
  if (from.kind === "union") return undefined;
  if (from.kind === to.kind) return to;
  if (comparable[from.kind]?.includes(to.kind)) return to;
  return isText(from) && isWritten(a) && readFromText.includes(to.kind) ? to : undefined;
}

// Text given by a caller is read as a path or host beside one; as the rest only where the policy writes it out.
const comparable: Partial<Record<Type["kind"], readonly Type["kind"][]>> = {
  int: ["number"],
  enum: ["string", "path", "domain"],
  string: ["path", "domain"],
};
const readFromText: readonly Type["kind"][] = ["url", "ip", "mail", "time", "words"];

/** What is written out must be among the values; two arguments need one value in common. */
function enumsMeet(a: readonly string[], b: readonly string[], left: OperandView, right: OperandView): boolean {
  if (isWritten(left)) return a.every((value) => b.includes(value)) || isWritten(right);
  if (isWritten(right)) return b.every((value) => a.includes(value));
  return a.some((value) => b.includes(value));
}

/** A text written out is an enumeration of one; beside `any` it stands for text at large. */
function withoutSingletons(type: Type, view: OperandView): Type {
  if (type.kind === "enum" && isWritten(view)) return { kind: "string" };
  if (type.kind === "list") return { kind: "list", element: withoutSingletons(type.element, view) };
  return type;
}

function neverEqual(a: OperandView, b: OperandView): string {
  if (a.type.kind === "enum" && b.type.kind === "enum") {
    const [written, other] = isWritten(a) ? [a.type.values, b.type.values] : [b.type.values, a.type.values];
    const strangers = written.filter((value) => !other.includes(value)).map((value) => JSON.stringify(value));
    return `${strangers.join(", ")} ${strangers.length === 1 ? "is" : "are"} not among ${showType({ kind: "enum", values: other })}`;
  }
  return `${withArticle(showType(a.type))} and ${withArticle(showType(b.type))} are never equal`;
}

function withArticle(noun: string): string {
  if (noun === "text" || noun === "null" || noun === "any" || noun === "words" || /^["{]/.test(noun)) return noun;
  return /^[aeio]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}

/** The type that an operand of this shape is read as; of a result, what it is. */
function readingType(shape: Shape, bindings: Bindings): Type {
  const bound: Type = bindings.variable === undefined ? { kind: "any" } : settled(bindings.variable);
  switch (shape) {
    case "T":
      return bound;
    case "ordered":
      return bound.kind === "any" ? { kind: "number" } : bound;
    case "list<T>":
      return { kind: "list", element: bound };
    case "text":
    case "name":
      return { kind: "string" };
    case "path!":
      return { kind: "path" };
    case "any!":
      return { kind: "any" };
    case "record":
      return { kind: "record", fields: {}, open: true };
    case "path+":
    case "glob+":
    case "command+":
    case "detector+":
      return { kind: "list", element: { kind: shape.slice(0, -1) as PlainKind } };
    case "list<any>":
    case "list<string>":
    case "list<number>":
    case "list<path>":
      return { kind: "list", element: { kind: shape.slice(5, -1) as PlainKind } };
    default:
      return { kind: shape };
  }
}

function settled(view: OperandView): Type {
  return withoutSingletons(view.type, view);
}
