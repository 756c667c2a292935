import { type Field, isRecord, joinTypes, messageOf, type Type, type Value } from "@mcpolicy/core";
import { diagnostic, Source } from "@mcpolicy/diagnostics";
import { parseDocument } from "yaml";
import type { Data } from "./ast.ts";
import type { Files } from "./files.ts";
import type { Report } from "./report.ts";
import type { Table } from "./scope.ts";
import { listOf, plain, recordOf } from "./types.ts";

/** A table may be this long, in UTF-16 units, and nest this deep. */
const longest = 1_048_576;
const deepest = 64;

/**
 * The table of a `data` statement: JSON or YAML 1.2 (of which JSON is a part), without duplicate keys, tags and merge keys. Undefined
 * where it cannot be read, which is reported.
 */
export function loadTable(node: Data, sources: Map<string, Source>, files: Files, report: Report): Table | undefined {
  const path = files.join(node.from.span.file, node.from.value);
  const text = files.read(path);
  if (text === undefined) {
    report(
      diagnostic("P0211", node.from.span, `there is no file \`${path}\``)
        .withNote("a policy with a part missing builds nothing: everything is denied")
        .withHelp("the path is seen from the folder of the file that names it"),
    );
    return undefined;
  }
  const source = sources.get(path) ?? new Source(path, text);
  sources.set(path, source);
  const refuse = (why: string, start = 0, end = start): undefined => {
    const place = { file: path, start: Math.min(start, text.length), end: Math.min(Math.max(start, end), text.length) };
    report(
      diagnostic("P0223", place, `this table cannot be read: ${why}`)
        .at(node.from.span, "named here")
        .withNote("a policy with a part missing builds nothing: everything is denied")
        .withHelp("write JSON, or plain YAML of texts, numbers, lists and records"),
    );
    return undefined;
  };
  if (text.length > longest) return refuse(`it is longer than ${longest} characters`);
  const document = parseDocument(text, { version: "1.2", schema: "core", merge: false, uniqueKeys: true });
  const [mistake] = [...document.errors, ...document.warnings];
  if (mistake !== undefined)
    return refuse((mistake.message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, ""), ...mistake.pos);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return refuse(messageOf(error));
  }
  const why = whyNoValue(value, 0);
  return why === undefined ? tableOf(value as Value) : refuse(why);
}

/** A value with the type of its content. Text is plain text, however few words there are. */
export function tableOf(value: Value): Table {
  return { value, type: typeOfContent(value) };
}

function typeOfContent(value: Value): Type {
  if (value === null) return plain("null");
  if (Array.isArray(value)) return listOf(joined((value as readonly Value[]).map(typeOfContent)));
  if (isRecord(value)) {
    const fields = Object.entries(value).map(([name, part]): readonly [string, Field] => [
      name,
      { type: typeOfContent(part), optional: false },
    ]);
    return recordOf(Object.fromEntries(fields));
  }
  if (typeof value === "number") return plain(Number.isSafeInteger(value) ? "int" : "number");
  return plain(typeof value === "boolean" ? "bool" : "string");
}

/** One type for what is of any of these, `any` where there are none. Equal types are joined once: a table may be long. */
export function joined(types: readonly Type[]): Type {
  const distinct = [...new Map(types.map((type) => [JSON.stringify(type), type])).values()];
  return distinct.length === 0 ? plain("any") : distinct.reduce(joinTypes);
}

/** Why what a YAML reader gave is no value of the language; undefined where it is one. */
function whyNoValue(value: unknown, depth: number): string | undefined {
  if (depth > deepest) return `it nests deeper than ${deepest} levels`;
  switch (typeof value) {
    case "boolean":
      return undefined;
    case "string":
      return value.isWellFormed() ? undefined : "a text in it is no well-formed Unicode";
    case "number":
      if (!Number.isFinite(value)) return "a number in it is not finite";
      return Number.isInteger(value) && !Number.isSafeInteger(value)
        ? "a whole number in it is beyond ±(2^53 − 1)"
        : undefined;
    case "object": {
      if (value === null) return undefined;
      if (!Array.isArray(value) && !isRecord(value as Value)) return "it holds something that JSON does not know";
      for (const part of Object.values(value)) {
        const why = whyNoValue(part, depth + 1);
        if (why !== undefined) return why;
      }
      return undefined;
    }
    default:
      return "it holds something that JSON does not know";
  }
}
