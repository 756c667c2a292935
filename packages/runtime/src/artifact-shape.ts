import { IR_VERSION, operatorById, type PlainKind, patternShapes, readers, type Signature } from "@mcpolicy/core";
import { ArtifactError } from "./artifact-error.ts";

/** Throws a `Misfit` where a value has not got the shape. */
type Shape = (value: unknown) => void;

// ----------------------------------------------------------- combinators

/**
 * What has not got its shape, on its way up through all that it stands in. Where it stands is found out on that way alone: there are very many parts, and
 * nearly always all of them fit.
 */
class Misfit {
  /** Names of fields and indexes of lists, from the innermost to the outermost. */
  readonly steps: (string | number)[] = [];
  readonly error: (place: string) => ArtifactError;

  constructor(error: Misfit["error"]) {
    this.error = error;
  }

  get place(): string {
    const [first = "", ...rest] = this.steps.toReversed();
    return String(first) + rest.map((step) => (typeof step === "number" ? `[${step}]` : stepText(step))).join("");
  }
}

function stepText(field: string): string {
  return /^[A-Za-z][A-Za-z0-9]*$/.test(field) ? `.${field}` : `[${JSON.stringify(field)}]`;
}

/** What is to be thrown on, with where it was thrown. */
function within(step: string | number, problem: unknown): unknown {
  if (problem instanceof Misfit) problem.steps.push(step);
  return problem;
}

function misfit(code: ArtifactError["code"], message: (place: string) => string): never {
  throw new Misfit((place) => new ArtifactError(code, message(place)));
}

/** `more`: where it stands in the value that is looked at. */
function broken(expected: string, ...more: readonly (string | number)[]): never {
  const found = new Misfit(
    (place) => new ArtifactError("P0601", `${place} of the artifact must be ${expected}; compile the policy again`),
  );
  found.steps.push(...more.toReversed());
  throw found;
}

function scalar(expected: string, isFit: (value: unknown) => boolean): Shape {
  return (value) => {
    if (!isFit(value)) broken(expected);
  };
}

function list(item: Shape): Shape {
  return (value) => {
    if (!Array.isArray(value)) broken("a list");
    let index = 0;
    try {
      for (; index < value.length; index++) item(value[index]);
    } catch (problem) {
      throw within(index, problem);
    }
  };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) broken("an object");
  return value as Readonly<Record<string, unknown>>;
}

function map(item: Shape): Shape {
  return (value) => {
    const given = asRecord(value);
    for (const key of Object.keys(given)) {
      try {
        item(given[key]);
      } catch (problem) {
        throw within(key, problem);
      }
    }
  };
}

/** A record with these fields and no others; a name ending in `?` may be left out. */
function record(fields: Readonly<Record<string, Shape>>): Shape {
  const known = Object.entries(fields).map(([name, shape]) => {
    return { name: name.replace(/\?$/, ""), shape, isNeeded: !name.endsWith("?") };
  });
  const names = new Set(known.map(({ name }) => name));
  return (value) => {
    const given = asRecord(value);
    let found = 0;
    let step = "";
    try {
      for (let at = 0; at < known.length; at++) {
        const { name, shape, isNeeded } = known[at] as (typeof known)[number];
        step = name;
        if (Object.hasOwn(given, name)) {
          found++;
          shape(given[name]);
        } else if (isNeeded) broken("there");
      }
    } catch (problem) {
      throw within(step, problem);
    }
    // Where there are no more fields than those, none is unknown. Counted without a list of them: there are very many records.
    let count = 0;
    for (const _ in given) count++;
    if (count === found) return;
    for (const name of Object.keys(given)) {
      if (!names.has(name)) broken("absent: this version knows no such field", name);
    }
  };
}

/** A record told by its `kind`. The shapes are made when it is first asked, since they may refer to each other. */
function byKind(shapes: () => Readonly<Record<string, Shape>>): Shape {
  let made: Readonly<Record<string, Shape>> | undefined;
  return (value) => {
    const given = asRecord(value);
    const kind = Object.hasOwn(given, "kind") ? given["kind"] : undefined;
    made ??= shapes();
    const known = made;
    const shape = typeof kind === "string" && Object.hasOwn(known, kind) ? known[kind] : undefined;
    if (shape === undefined) broken(`one of ${Object.keys(known).join(", ")}`, "kind");
    else shape(value);
  };
}

/** A shape that is made when it is first asked: what refers to itself, or to what stands further below. */
function later(make: () => Shape): Shape {
  let made: Shape | undefined;
  return (value) => {
    made ??= make();
    made(value);
  };
}

function oneOf(...values: readonly unknown[]): Shape {
  return (value) => {
    if (!values.includes(value)) broken(`one of ${values.map((each) => JSON.stringify(each)).join(", ")}`);
  };
}

function either(isFirst: (value: unknown) => boolean, first: Shape, second: Shape): Shape {
  return (value) => (isFirst(value) ? first : second)(value);
}

// ----------------------------------------------------------------- scalars

const text = scalar("text", (value) => typeof value === "string");
const bool = scalar("true or false", (value) => typeof value === "boolean");
const number = scalar("a finite number", (value) => Number.isFinite(value));
const index = either(
  (value) => typeof value === "number",
  scalar("an index", (value) => Number.isSafeInteger(value)),
  text,
);
const json: Shape = () => {};
const isText = (value: unknown): boolean => typeof value === "string";

// ------------------------------------------------------------------- types

// biome-ignore format: one row a sort of type
const plainKinds: readonly PlainKind[] = [
  "bool", "int", "number", "null", "any", "error",
  "string", "path", "url", "ip", "mail", "words",
  "time", "duration",
  "glob", "regex", "domain", "cidr", "window", "command", "range", "detector",
];

/** A kind that this runtime has a reader for; another would make each atom over it unknown. */
const ofKind = record({ kind: text });
const readable: ReadonlySet<PlainKind> = new Set(readers.map(({ kind }) => kind));
const plainType: Shape = (value) => {
  ofKind(value);
  const { kind } = value as { readonly kind: PlainKind };
  if (readable.has(kind)) return;
  misfit("P0604", (place) => `${place} names the type \`${kind}\`, which this runtime cannot read; update the runtime`);
};

const type: Shape = byKind(() => types);
/** Kinds of which no value of a request is ever read: a pattern stands in the policy. */
const patternKinds: ReadonlySet<string> = new Set(["glob", "regex", "cidr", "window", "command", "range", "detector"]);

function holdsPattern(value: unknown): boolean {
  const { kind, element, members } = value as { kind: string; element?: unknown; members?: readonly unknown[] };
  return (
    patternKinds.has(kind) || (element !== undefined && holdsPattern(element)) || (members ?? []).some(holdsPattern)
  );
}

/** What a value that is come by is read as. */
const valueType: Shape = (value) => {
  type(value);
  if (holdsPattern(value)) broken("a type of values, since what a request brings is never a pattern");
};

/** What the policy itself says, but for holes, which take plain segments. */
function isWritten(operand: unknown): boolean {
  const { kind, items } = operand as { kind: string; items?: readonly unknown[] };
  return kind === "constant" || kind === "text" || (kind === "list" && items!.every(isWritten));
}

const field = record({ type, optional: bool });
const types: Readonly<Record<string, Shape>> = {
  ...Object.fromEntries(plainKinds.map((kind) => [kind, plainType])),
  enum: record({ kind: text, values: list(text) }),
  list: record({ kind: text, element: type }),
  record: record({ kind: text, fields: map(field), open: bool, "rest?": type }),
  union: record({ kind: text, members: list(type) }),
};

// -------------------------------------------------------------- conditions

const place = record({ file: text, line: number, column: number });
const seen = record({ place, text });

const referenceTo = (...roots: readonly string[]): Shape =>
  record({
    kind: oneOf("reference"),
    root: oneOf(...roots),
    "variable?": text,
    path: list(index),
    "fallback?": json,
    as: valueType,
  });
const reference = referenceTo("args", "principal", "context", "tool", "resource", "result", "its", "variable");
/** In texts: nothing of the arguments, nor of a result. */
const hole = referenceTo("principal", "context", "tool");

const detector = record({ kind: oneOf("constant"), value: json, as: record({ kind: oneOf("detector") }) });

const operand: Shape = byKind(() => operands);
const apply = record({ kind: text, operator: text, operands: list(operand), as: valueType });
const listed = record({ kind: text, items: list(operand), as: type });
const written: Shape = (value) => {
  const { kind, as } = value as { readonly kind: string; readonly as: unknown };
  if (holdsPattern(as) && !isWritten(value)) broken(`written in the policy, not a \`${kind}\``);
};
const operands: Readonly<Record<string, Shape>> = {
  constant: record({ kind: text, value: json, as: type }),
  reference,
  apply: (value) => {
    apply(value);
    const { operator, operands } = value as { readonly operator: string; readonly operands: readonly unknown[] };
    const patterns = patternsOf(operator, operands.length);
    if (patterns === undefined) {
      const named = `the operator \`${operator}\` with ${operands.length} operands`;
      return misfit("P0604", (place) => `${place} names ${named}, which this runtime has not got; update the runtime`);
    }
    for (const position of patterns) {
      if (!isWritten(operands[position])) broken("written in the policy, as patterns are", "operands", position);
    }
  },
  field: record({ kind: text, of: operand, key: either(isText, text, operand), as: valueType }),
  list: (value) => {
    listed(value);
    written(value);
  },
  each: record({ kind: text, variable: text, over: operand, value: operand, as: valueType }),
  text: record({ kind: text, parts: list(either(isText, text, hole)), as: type }),
};

/** By operator and number of operands; only of those that there are. */
const patternPositions = new Map<string, (readonly number[])[]>();

/** At which positions an operator takes nothing but patterns; undefined where there is none that takes so many operands. */
function patternsOf(operator: string, count: number): readonly number[] | undefined {
  const known = patternPositions.get(operator)?.[count];
  if (known !== undefined) return known;
  const signatures = signaturesOf(operator, count);
  if (signatures.length === 0) return undefined;
  const positions = Array.from({ length: count }, (_, position) => position);
  const found = positions.filter((each) => signatures.every((signature) => patternShapes.has(signature[each]!)));
  const byCount = patternPositions.get(operator) ?? [];
  byCount[count] = found;
  patternPositions.set(operator, byCount);
  return found;
}

function signaturesOf(operator: string, count: number): readonly Signature[] {
  try {
    return operatorById(operator).signatures.filter((signature) => signature.length === count + 1);
  } catch {
    return [];
  }
}

const condition: Shape = byKind(() => conditions);
const parts = record({ kind: text, parts: list(condition) });
const quantifier = record({ kind: text, variable: text, over: operand, body: condition, at: seen });
const conditions: Readonly<Record<string, Shape>> = {
  constant: record({ kind: text, truth: oneOf(true, false, null) }),
  and: parts,
  or: parts,
  not: record({ kind: text, part: condition }),
  has: record({ kind: text, reference, at: seen }),
  atom: record({ kind: text, operand, at: seen }),
  carries: record({ kind: text, label: text, at: seen }),
  happened: later(() => record({ kind: text, verb, events, at: seen })),
  tally: later(() =>
    record({
      kind: text,
      tally,
      operator: oneOf("less", "at-most", "more", "at-least", "equal", "not-equal"),
      bound: operand,
      at: seen,
    }),
  ),
  every: quantifier,
  some: quantifier,
};

// ------------------------------------------------------- rules and servers

const named = either(
  (value) => Object.hasOwn(Object(value), "pattern"),
  record({ kind: text, server: text, pattern: text }),
  record({ kind: text, server: text, name: text }),
);
const bare = record({ kind: text, server: text });
const operation = byKind(() => ({
  tool: named,
  prompt: named,
  resource: record({ kind: text, server: text, glob: text }),
  completion: bare,
  sampling: bare,
  elicitation: bare,
  roots: bare,
}));

const who: Shape = later(() => record({ anyone: bool, roles: list(text), ids: list(text), "except?": who }));

const branch = record({ operations: list(operation), except: list(operation), condition });

// ----------------------------------------------------------------- history

const milliseconds = scalar("milliseconds, 0 or more", (value) => Number.isFinite(value) && (value as number) >= 0);
const verb = oneOf("attempted", "called", "completed");
const events = record({
  branches: list(branch),
  byAnyone: bool,
  "with?": condition,
  "since?": record({ branches: list(branch), "with?": condition }),
  last: milliseconds,
});
const summed = record({ kind: text, of: operand, verb, events });
const tally = byKind(() => ({ count: record({ kind: text, verb, events }), distinct: summed, sum: summed }));

// ------------------------------------------------------------------- rules

const head = {
  id: text,
  place,
  who,
  branches: list(branch),
  "from?": number,
  "until?": number,
  "because?": text,
  "note?": text,
  shadow: bool,
};

const bareDuty = record({ kind: text });
const duty = byKind(() => ({
  approval: record({ kind: text, from: either((value) => value === "caller", text, who) }),
  mfa: bareDuty,
  justification: bareDuty,
  duty: record({ kind: text, name: text }),
}));

const bareKey = record({ kind: text });
const limitKey = byKind(() => ({
  principal: bareKey,
  client: bareKey,
  tool: bareKey,
  server: bareKey,
  everyone: bareKey,
  attribute: record({ kind: text, name: text }),
}));
const limitWindow = byKind(() => ({
  "at once": record({ kind: text }),
  per: record({ kind: text, duration: milliseconds, "of?": operand }),
}));

const server = record({
  name: text,
  untyped: bool,
  trusted: bool,
  "root?": text,
  tools: map(
    record({ digest: text, description: text, annotations: map(bool), schema: map(json), "resultSchema?": map(json) }),
  ),
  prompts: list(text),
  "digests?": record({ "prompts?": map(text), "resources?": map(text), "resourceTemplates?": map(text) }),
  "checks?": map(map(json)),
});

const audit = record({
  "arguments?": oneOf("keys", "hashed", "full"),
  "results?": oneOf("size", "full"),
  "redact?": list(json),
});
const deployment = record({ "token?": map(json), "audit?": audit, network: map(list(text)) });

const policy: Shape = later(() =>
  record({
    version: oneOf(IR_VERSION),
    servers: list(server),
    roles: map(list(text)),
    principal: map(field),
    "claims?": map(text),
    context: map(field),
    "resultContext?": map(field),
    rules: list(record({ ...head, effect: oneOf("allow", "deny") })),
    "requires?": list(record({ ...head, duty, valid: milliseconds })),
    "limits?": list(record({ ...head, amount: number, window: limitWindow, keys: list(limitKey) })),
    "labels?": list(record({ ...head, label: text, duration: milliseconds, onResult: bool })),
    "resultDenies?": list(record(head)),
    "redacts?": list(record({ ...head, detectors: list(detector) })),
    "narrows?": list(policy),
    "deployment?": deployment,
  }),
);

const artifact = record({ mcpolicyArtifact: number, digest: text, policy: json });

/** Throws an `ArtifactError` where `policy` of an artifact of this version has not got its shape. */
export function demandPolicy(value: unknown): void {
  demand("policy", policy, value);
}

/** Throws an `ArtifactError` where an artifact has not got its shape; its policy is not looked at. */
export function demandArtifact(value: unknown): void {
  demand("the top level", artifact, value);
}

function demand(name: string, shape: Shape, value: unknown): void {
  try {
    shape(value);
  } catch (problem) {
    within(name, problem);
    throw problem instanceof Misfit ? problem.error(problem.place) : problem;
  }
}
