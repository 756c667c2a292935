import { allOf, anyOf, type Code, js } from "../code.ts";
import type { JsonObject, Value } from "../value.ts";
import { type Dialect, dialectOf } from "./dialect.ts";
import { type Documents, documentsOf, type Resource } from "./document.ts";
import type { Schema, Sort, Writing } from "./keyword.ts";
import { keywordsOf } from "./keywords/index.ts";
import type { SchemaOptions } from "./schema-checker.ts";
import { type JsonType, typesOf, typeTests } from "./types.ts";

/** Where the code of a schema is written. */
export interface SchemaModule {
  /** A name for a value that is made once. */
  readonly constant: (made: Code) => Code;
  /** A name for a function; the same function is written once. */
  readonly function: (text: (name: Code) => Code) => Code;
  /** A name for a function that is written later, since it may lead back to itself. */
  readonly later: () => { readonly name: Code; readonly write: (text: Code) => void };
}

/**
 * Code of whether a value fits a schema, the same as `schemaChecker` says, as the name of a function. It reaches `own`, `pristine`, `fieldCount`, `isRecord`,
 * `isAtMost`, `isAtLeast`, `equal`, `areUnique`, `schemaPattern`, `pathTest` and `formats`. Undefined where some keyword has no code:
 * then checks are asked. Throws as `schemaChecker` does.
 */
export function schemaCode(schema: JsonObject, options: SchemaOptions, module: SchemaModule): Code | undefined {
  const { $schema, ...main } = schema;
  const dialect = dialectOf($schema);
  if (dialect === undefined) throw new Error(`it is of an unknown dialect: ${JSON.stringify($schema)}`);
  const documents = documentsOf(main, dialect, options.documents);
  if (documents.areDynamic) return undefined;
  return new Writer(dialect, documents, options, module).start(main);
}

class Writer {
  readonly #dialect: Dialect;
  readonly #documents: Documents;
  readonly #options: SchemaOptions;
  readonly #module: SchemaModule;
  readonly #followed = new Map<Schema, Code>();
  /** Whether something has no code. */
  #isLacking = false;

  constructor(dialect: Dialect, documents: Documents, options: SchemaOptions, module: SchemaModule) {
    this.#dialect = dialect;
    this.#documents = documents;
    this.#options = options;
    this.#module = module;
  }

  start(schema: JsonObject): Code | undefined {
    const name = this.#following(schema, this.#documents.main);
    return this.#isLacking ? undefined : name;
  }

  /** The function of a schema that references lead to, written once. */
  #following(schema: Schema, resource: Resource): Code {
    const known = this.#followed.get(schema);
    if (known !== undefined) return known;
    const { name, write } = this.#module.later();
    this.#followed.set(schema, name);
    const fits = this.#code(schema, js`value`, resource);
    if (fits === undefined) this.#isLacking = true;
    else write(js`function ${name}(value) {\n  return ${fits};\n}`);
    return name;
  }

  #code(schema: Schema, value: Code, around: Resource): Code | undefined {
    if (typeof schema === "boolean") return js`${schema}`;
    const resource = this.#documents.resourceOf(schema) ?? around;
    const types = typesOf(schema);
    const asked = [...keywordsOf(this.#dialect).values()].filter(
      ({ name, check }) => check !== undefined && Object.hasOwn(schema, name),
    );
    const writing = this.#writing(schema, resource);
    const codesOf = (sort: Sort | undefined): readonly (Code | undefined)[] =>
      asked
        .filter(({ of }) => (sort === undefined ? of === undefined : of?.includes(sort)))
        .map(({ name, emit }) => emit?.(schema[name] as Value, value, writing));
    const groups = ([undefined, "number", "string", "array", "object"] as const).map((sort) => {
      const codes = codesOf(sort).filter((code) => code?.text !== "true");
      if (!codes.every((code) => code !== undefined)) return undefined;
      if (sort === undefined || codes.length === 0 || isOnly(types, sort)) return allOf(codes);
      return js`(!(${typeTests[sort].code(value)}) || ${allOf(codes)})`;
    });
    if (!groups.every((group) => group !== undefined)) return undefined;
    const ofTypes = types.length === 0 ? [] : [anyOf(types.map((type) => typeTests[type].code(value)))];
    return allOf([...ofTypes, ...groups.filter(({ text }) => text !== "true")]);
  }

  #writing(schema: JsonObject, resource: Resource): Writing {
    return {
      schema,
      dialect: this.#dialect,
      root: this.#options.root,
      formats: this.#options.formats,
      below: (part, value) => this.#code(part, value, resource),
      follow: (reference, value) => {
        const place = this.#documents.resolve(reference, resource);
        return js`${this.#following(place.schema, place.resource)}(${value})`;
      },
      constant: this.#module.constant,
      function: (body) => this.#module.function((name) => js`function ${name}(value) {\n${body(js`value`)}\n}`),
    };
  }
}

/** Whether a value of these types is always of this sort. */
function isOnly(types: readonly JsonType[], sort: Sort): boolean {
  return types.length > 0 && types.every((type) => type === sort || (type === "integer" && sort === "number"));
}
