import type { FieldType, RecordType, TypeExpression } from "./ast.ts";

/** The records that a written type holds, at any depth, the outer before the inner. */
export function recordsIn(written: TypeExpression): readonly RecordType[] {
  switch (written.kind) {
    case "record":
      return [written, ...written.fields.flatMap(({ type }) => recordsIn(type))];
    case "union":
      return written.members.flatMap(recordsIn);
    case "named":
      return written.of === undefined ? [] : recordsIn(written.of);
    case "text":
      return [];
  }
}

/** The fields of a record, and of those in it at any depth. */
export function fieldsIn(record: RecordType): readonly FieldType[] {
  return recordsIn(record).flatMap(({ fields }) => fields);
}
