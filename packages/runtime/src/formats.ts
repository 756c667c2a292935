import { type Format, type Formats, UNENFORCED_LENGTH } from "@mcpolicy/core";
import { fullFormats } from "ajv-formats/dist/formats.js";

/** How ajv-formats writes a format down: nothing is asked of the ones that are `true`. */
export type Known = true | RegExp | ((text: string) => boolean) | Ordered | Numeric;

interface Ordered {
  readonly validate: RegExp | ((text: string) => boolean);
  readonly compare: NonNullable<Format["compare"]>;
}

interface Numeric {
  readonly type: "number";
  readonly validate: (value: number) => boolean;
}

/** The formats of JSON Schema and OpenAPI, as ajv-formats has them. */
export const formats: Formats = new Map(
  Object.entries(fullFormats as Readonly<Record<string, unknown>>).flatMap(([name, known]) => {
    const format = formatOf(name, known as Known);
    return format === undefined ? [] : [[name, format] as const];
  }),
);

/** A format out of how ajv-formats writes it; undefined where it asks for nothing. */
export function formatOf(name: string, known: Known): Format | undefined {
  const format = asFormat(known);
  return name === "url" && format !== undefined ? bounded(format) : format;
}

function asFormat(known: Known): Format | undefined {
  if (known === true) return undefined;
  if (known instanceof RegExp || typeof known === "function") return { of: "string", validate: testOf(known) };
  if ("type" in known) return { of: "number", validate: known.validate };
  return { of: "string", validate: testOf(known.validate), compare: known.compare };
}

function testOf(known: RegExp | ((text: string) => boolean)): (text: string) => boolean {
  return known instanceof RegExp ? (text) => known.test(text) : known;
}

/** Its expression backtracks, in a time that grows with the square of the text. */
function bounded({ validate, ...format }: Format): Format {
  const isFit = validate as (text: string) => boolean;
  return { ...format, validate: (text: string) => text.length <= UNENFORCED_LENGTH && isFit(text) };
}
