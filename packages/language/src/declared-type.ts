import type { Field, PlainKind, Type } from "@mcpolicy/core";
import { diagnostic } from "@mcpolicy/diagnostics";
import type { RecordType, TypeExpression } from "./ast.ts";
import { type Report, withSuggestion } from "./report.ts";
import { listOf, plain, recordOf, unionOf } from "./types.ts";

/** The types that a policy can write by name. */
// biome-ignore format: one row
const named: ReadonlySet<string> = new Set<PlainKind>([
  "bool", "int", "number", "string", "path", "url", "ip", "mail", "time", "duration", "null", "any",
]);
const names = [...named, "roles", "list"];

/** The type that a `principal`, `context` or `check` field is declared with. */
export function declaredType(written: TypeExpression, report: Report): Type {
  switch (written.kind) {
    case "text":
      return { kind: "enum", values: [written.value] };
    case "union":
      return unionOf(written.members.map((member) => declaredType(member, report)));
    case "record":
      return declaredRecord(written, report);
    case "named": {
      const { text, span } = written.name;
      if (text === "list") {
        return listOf(written.of === undefined ? plain("any") : declaredType(written.of, report));
      }
      if (written.of !== undefined) {
        report(
          diagnostic("P0309", written.span, `\`${text}\` has no element type`).withHelp(
            "only `list<…>` is written with one",
          ),
        );
        return plain("error");
      }
      if (text === "roles") return listOf(plain("string"));
      if (named.has(text)) return plain(text as PlainKind);
      report(withSuggestion(diagnostic("P0309", span, `there is no type \`${text}\``), text, names, span, "types"));
      return plain("error");
    }
  }
}

function declaredRecord(written: RecordType, report: Report): Type {
  const fields = written.fields.map((field): readonly [string, Field] => [
    field.name.text,
    { type: declaredType(field.type, report), optional: field.optional },
  ]);
  return recordOf(Object.fromEntries(fields), written.open);
}
