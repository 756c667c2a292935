import { type Code, identifier, joinCode, js } from "../code.ts";
import { isRecord, type JsonObject } from "../value.ts";
import type { Schema, Writing } from "./keyword.ts";

/**
 * Code of whether a record has all `required` fields, each of `properties` fits, and all others are as `additionalProperties` says: one function,
 * which reads each field once. Undefined where there is no code for one of them.
 */
export function recordCode(value: Code, writing: Writing): Code | undefined {
  const { schema, below } = writing;
  const properties = Object.entries((schema["properties"] ?? {}) as Readonly<Record<string, Schema>>);
  const required = new Set((schema["required"] ?? []) as readonly string[]);
  const additional = (schema["additionalProperties"] ?? true) as Schema;
  const isClosed = additional === false;

  const declared = properties.map(([field, of], index) => {
    const part = identifier(`p${index}`);
    const fits = below(of, part);
    if (fits === undefined) return undefined;
    const isMissing = required.has(field) ? js`return false` : js``;
    const isThere = js`if (!${fits}) return false;${isClosed ? js` found++;` : js``}`;
    return (record: Code) =>
      js`  const ${part} = ${fieldCode(record, field)};\n  if (${part} === undefined) { ${isMissing} } else { ${isThere} }\n`;
  });
  const others = othersCode(additional, properties, below);
  if (!declared.every((each) => each !== undefined) || others === undefined) return undefined;

  const undeclared = [...required].filter((field) => !properties.some(([name]) => name === field));
  const read = writing.function((record) => {
    const missing = undeclared.map((field) => js`  if (${fieldCode(record, field)} === undefined) return false;\n`);
    return js`${isClosed ? js`  let found = 0;\n` : js``}${joinCode([...missing, ...declared.map((each) => each(record))], js``)}${others(record)}`;
  });
  return js`${read}(${value})`;
}

/** Code of a field's value, `undefined` where it is not there. What `Object.prototype` lends is never a field. */
function fieldCode(record: Code, field: string): Code {
  return field in Object.prototype
    ? js`own(${record}, ${field})`
    : js`(pristine[${field}] === undefined ? ${record}[${field}] : own(${record}, ${field}))`;
}

/** The end of the function: of a closed record all fields must have been found. */
function othersCode(
  additional: Schema,
  properties: readonly (readonly [string, Schema])[],
  below: Writing["below"],
): ((record: Code) => Code) | undefined {
  if (additional === false) return (record) => js`  return fieldCount(${record}) === found;`;
  if (additional === true || (isRecord(additional) && isEmpty(additional))) return () => js`  return true;`;
  const fits = below(additional, js`part`);
  if (fits === undefined) return undefined;
  const cases = properties.map(([field]) => js`case ${field}: `);
  const skip = cases.length === 0 ? js`` : js`    switch (field) { ${joinCode(cases, js``)}continue; }\n`;
  return (record) =>
    js`  for (const field of Object.keys(${record})) {\n${skip}    const part = ${record}[field];\n    if (!${fits}) return false;\n  }\n  return true;`;
}

function isEmpty(schema: JsonObject): boolean {
  return Object.keys(schema).length === 0;
}
