/**
 * What keywords of JSON Schema ask for, in words; one row a keyword. Parameters are named as ajv names them, so that its errors and
 * those of our own checks are told alike.
 */
// biome-ignore format: table
export const words: Readonly<Record<string, (params: Readonly<Record<string, unknown>>) => string>> = {
  type: ({ type }) => listed(type).map(typeInWords).join(" or "),
  required: () => "a value: it is required",
  additionalProperties: () => "nothing: no argument of this name is declared",
  unevaluatedProperties: () => "nothing: no argument of this name is declared",
  "false schema": () => "nothing: no value is allowed here",
  propertyNames: () => "names as the schema allows them",
  dependencies: ({ property, deps }) => `${deps} wherever ${property} is there`,
  dependentRequired: ({ property, deps }) => `${deps} wherever ${property} is there`,
  enum: ({ allowedValues }) => `one of ${listed(allowedValues).map(json).join(", ")}`,
  const: ({ allowedValue }) => json(allowedValue),
  minLength: ({ limit }) => `at least ${limit} characters`,
  maxLength: ({ limit }) => `at most ${limit} characters`,
  pattern: ({ pattern }) => `text that matches ${json(pattern)}`,
  format: ({ format }) => `text in the format ${json(format)}`,
  formatMinimum: ({ limit }) => `text >= ${json(limit)}`,
  formatMaximum: ({ limit }) => `text <= ${json(limit)}`,
  formatExclusiveMinimum: ({ limit }) => `text > ${json(limit)}`,
  formatExclusiveMaximum: ({ limit }) => `text < ${json(limit)}`,
  minimum: ({ limit }) => `a number >= ${limit}`,
  maximum: ({ limit }) => `a number <= ${limit}`,
  exclusiveMinimum: ({ limit }) => `a number > ${limit}`,
  exclusiveMaximum: ({ limit }) => `a number < ${limit}`,
  multipleOf: ({ multipleOf, limit = multipleOf }) => `a multiple of ${limit}`,
  minItems: ({ limit }) => `at least ${limit} items`,
  maxItems: ({ limit }) => `at most ${limit} items`,
  items: ({ limit }) => `at most ${limit} items`,
  additionalItems: ({ limit }) => `at most ${limit} items`,
  unevaluatedItems: ({ limit }) => `at most ${limit} items`,
  uniqueItems: () => "items that differ from each other",
  contains: ({ minContains, maxContains }) =>
    `at least ${minContains}${maxContains === undefined ? "" : ` and at most ${maxContains}`} items that fit what the schema asks of some`,
  minProperties: ({ limit }) => `at least ${limit} fields`,
  maxProperties: ({ limit }) => `at most ${limit} fields`,
  if: ({ failingKeyword }) =>
    `a value that fits what the schema asks for where its condition ${failingKeyword === "then" ? "holds" : "fails"}`,
  anyOf: () => "a value that fits one of the schema's alternatives",
  oneOf: () => "a value that fits exactly one of the schema's alternatives",
  not: () => "a value that does not fit what the schema excludes",
  "x-mcpolicy-path": ({ expected }) => String(expected),
};

/** What a keyword asked for, in words; undefined of one that has none. */
export function inWords(keyword: string, params: Readonly<Record<string, unknown>>): string | undefined {
  return Object.hasOwn(words, keyword) ? words[keyword]?.(params) : undefined;
}

function typeInWords(type: unknown): string {
  const named: Readonly<Record<string, string>> = {
    string: "a string",
    integer: "a whole number",
    number: "a number",
    boolean: "true or false",
    object: "an object",
    array: "a list",
    null: "null",
  };
  return named[String(type)] ?? String(type);
}

function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function json(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
