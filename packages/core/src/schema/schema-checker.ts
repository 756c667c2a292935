import type { Violation } from "../decision.ts";
import { isRecord, type JsonObject, type Value } from "../value.ts";
import type { Check } from "./check.ts";
import { type Dialect, dialectOf } from "./dialect.ts";
import { type Documents, documentsOf, type Place, type Resource } from "./document.ts";
import type { Around, Formats, Schema } from "./keyword.ts";
import { keywordsOf } from "./keywords/index.ts";
import { checkerBy, constantCheck, nodeCheck } from "./node-check.ts";

/** Asks whether values fit a schema. Values are within bounds: plain JSON, with texts that are Unicode. */
export interface SchemaChecker {
  readonly fits: (value: Value) => boolean;
  /** How a value does not fit; empty where it does. */
  readonly violations: (value: Value) => readonly Violation[];
}

export interface SchemaOptions {
  /** Where relative paths hang. */
  readonly root?: string | undefined;
  readonly formats: Formats;
  /** Documents that the schema may refer to, by their URIs. */
  readonly documents?: Readonly<Record<string, Schema>>;
}

/**
 * Makes functions that check values against a JSON Schema (draft-07, 2019-09, 2020-12), without generating code. Own properties only; values are
 * never changed. `format` is asserted; a keyword that the dialect has not got says nothing. Throws where the dialect is unknown, a keyword is not
 * what it must be, or a reference leads nowhere.
 */
export function schemaChecker(schema: JsonObject, options: SchemaOptions): SchemaChecker {
  const { $schema, ...main } = schema;
  const dialect = dialectOf($schema);
  if (dialect === undefined) throw new Error(`it is of an unknown dialect: ${JSON.stringify($schema)}`);
  return checkerBy(checkOf(main, documentsOf(main, dialect, options.documents), dialect, options));
}

function checkOf(main: Schema, documents: Documents, dialect: Dialect, options: SchemaOptions): Check {
  const known = [...keywordsOf(dialect).values()];
  const made = new Map<Schema, Map<string, { check: Check | undefined }>>();
  const numbers = new Map<Resource, number>();
  return at({ schema: main, resource: documents.main }, []);

  /**
   * The check of a schema, made once for each way that dynamic references can be led: `through` are the resources that were entered, the
   * outermost first. While it is being made, whatever leads back to it asks it later.
   */
  function at({ schema, resource }: Place, entered: readonly Resource[]): Check {
    if (typeof schema === "boolean") return constantCheck(schema);
    const through = !documents.areDynamic || entered.includes(resource) ? entered : [...entered, resource];
    const key = through.map(numberOf).join();
    const ways = made.get(schema) ?? new Map<string, { check: Check | undefined }>();
    made.set(schema, ways);
    const before = ways.get(key);
    if (before !== undefined)
      return before.check ?? ((value, told, seen) => (before.check as Check)(value, told, seen));
    const here: { check: Check | undefined } = { check: undefined };
    ways.set(key, here);
    here.check = nodeCheck(schema, known, around(schema, resource, through));
    return here.check;
  }

  function numberOf(resource: Resource): number {
    const number = numbers.get(resource) ?? numbers.size;
    numbers.set(resource, number);
    return number;
  }

  function around(schema: JsonObject, resource: Resource, through: readonly Resource[]): Around {
    return {
      schema,
      dialect,
      root: options.root,
      formats: options.formats,
      below: (part) =>
        at({ schema: part, resource: (isRecord(part) ? documents.resourceOf(part) : undefined) ?? resource }, through),
      follow(reference, how) {
        const place = documents.resolve(reference, resource);
        return at(dynamically(place, reference, how, through) ?? place, through);
      },
    };
  }

  /** Where a dynamic reference leads instead: to the outermost schema of the same dynamic name. */
  function dynamically(
    { schema, resource }: Place,
    reference: string,
    how: Parameters<Around["follow"]>[1],
    through: readonly Resource[],
  ): Place | undefined {
    if (how === "static" || !isRecord(schema)) return undefined;
    if (how === "recursive") {
      const isOpen = (each: Resource): boolean => isRecord(each.schema) && each.schema["$recursiveAnchor"] === true;
      const outermost = isOpen(resource) ? through.find(isOpen) : undefined;
      return outermost === undefined ? undefined : { schema: outermost.schema, resource: outermost };
    }
    const name = reference.slice(reference.indexOf("#") + 1);
    if (resource.dynamicAnchors.get(name) !== schema) return undefined;
    for (const each of through) {
      const found = each.dynamicAnchors.get(name);
      if (found !== undefined) return { schema: found, resource: each };
    }
    return undefined;
  }
}
