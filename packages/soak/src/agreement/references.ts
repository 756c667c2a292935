import type { Shape, Type } from "@mcpolicy/core";

/** Something that a condition can name: its text, its type, and whether it may be absent. */
export interface Reference {
  readonly text: string;
  readonly type: Type;
  readonly optional: boolean;
}

/** Everything below a value that a condition can name without a quantifier, itself among them. */
export function referencesIn(text: string, type: Type, optional: boolean = false): readonly Reference[] {
  const own: Reference = { text, type, optional };
  if (type.kind !== "record") return [own];
  const parts = Object.entries(type.fields).flatMap(([name, field]) =>
    referencesIn(
      `${text}.${/^[A-Za-z_][\w-]*$/.test(name) ? name : JSON.stringify(name)}`,
      field.type,
      optional || field.optional,
    ),
  );
  return [own, ...parts];
}

/** The references that several tools share: the same name with the same type. */
export function sharedReferences(lists: readonly (readonly Reference[])[]): readonly Reference[] {
  const [first = [], ...rest] = lists;
  return first.flatMap((each) => {
    const others = rest.map((list) => list.find(({ text }) => text === each.text));
    if (others.some((other) => other === undefined || JSON.stringify(other.type) !== JSON.stringify(each.type)))
      return [];
    return [{ ...each, optional: each.optional || others.some((other) => other?.optional) }];
  });
}

/** Types that a shape of the operator table takes. `any` fits everything that is not a constant alone. */
const fitting: Readonly<Partial<Record<Shape, (type: Type) => boolean>>> = {
  bool: ({ kind }) => kind === "bool",
  int: ({ kind }) => kind === "int",
  number: ({ kind }) => kind === "int" || kind === "number",
  any: () => true,
  "any!": () => false,
  record: ({ kind }) => kind === "record",
  string: ({ kind }) => kind === "string" || kind === "enum",
  text: ({ kind }) => kind === "string" || kind === "path" || kind === "url",
  path: ({ kind }) => kind === "path" || kind === "string",
  "path!": ({ kind }) => kind === "path" || kind === "url",
  url: ({ kind }) => kind === "url" || kind === "string",
  ip: ({ kind }) => kind === "ip" || kind === "string",
  mail: ({ kind }) => kind === "mail" || kind === "string",
  words: (type) => type.kind === "string" || isListOf(type, "string"),
  time: ({ kind }) => kind === "time",
  duration: ({ kind }) => kind === "duration",
  ordered: ({ kind }) => kind === "int" || kind === "number" || kind === "time",
  T: ({ kind }) => ["string", "enum", "path", "url", "int", "number", "bool", "time", "union", "list"].includes(kind),
  "list<T>": ({ kind }) => kind === "list",
  "list<any>": ({ kind }) => kind === "list",
  "list<string>": (type) => isListOf(type, "string"),
  "list<number>": (type) => isListOf(type, "number") || isListOf(type, "int"),
  "list<path>": (type) => isListOf(type, "path"),
};

/** Whether a value of this type can stand where the shape is asked for. */
export function fits(type: Type, shape: Shape): boolean {
  if (type.kind === "any") return fitting[shape] !== undefined;
  return fitting[shape]?.(type) ?? false;
}

function isListOf(type: Type, kind: Type["kind"]): boolean {
  return type.kind === "list" && type.element.kind === kind;
}
