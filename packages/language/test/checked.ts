import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Diagnostic } from "@mcpolicy/diagnostics";
import type { Files } from "../src/files.ts";
import { type Checked, checkPolicy } from "../src/pipeline.ts";
import type { CheckedRule, TypedCondition } from "../src/typed.ts";
import { filesOf } from "./on-disk.ts";

const tools = resolve(import.meta.dirname, "../../../test-fixtures/tools");

/** What every text of these tests begins with. */
export const preamble = `mcpolicy 1
server fs from "files.json" root "/workspace"
server office from "office.json"
server un untyped
principal { team: string  level?: int }
role dev { }
`;

/** Checks a text behind the preamble, over the pinned servers of the fixtures. */
export function checkText(text: string, more: Readonly<Record<string, string>> = {}): Checked {
  const files: Files = filesOf({
    "files.json": readFileSync(resolve(tools, "files.json"), "utf8"),
    "office.json": readFileSync(resolve(tools, "office.json"), "utf8"),
    "p.mcpolicy": preamble + text,
    ...more,
  });
  return checkPolicy(["p.mcpolicy"], files);
}

/** `P0203 12:4 …` of each finding but those of lints. */
export function findings({ diagnostics, sources }: Checked): readonly string[] {
  return diagnostics
    .filter((each) => !each.code.startsWith("P04"))
    .map((each) => `${each.code} ${textAt(each, sources)}`);
}

function textAt({ span }: Diagnostic, sources: Checked["sources"]): string {
  return sources.get(span.file)?.text.slice(span.start, span.end) ?? "";
}

/** The rules of a text that must be right. */
export function rulesOf(text: string): readonly CheckedRule[] {
  const checked = checkText(text);
  const errors = checked.diagnostics.filter((each) => each.severity === "error");
  if (checked.policy === undefined) throw new Error(errors.map((each) => `${each.code} ${each.message}`).join("\n"));
  return checked.policy.rules;
}

/** The condition of a text's one rule. */
export function conditionOf(text: string): TypedCondition {
  const [rule] = rulesOf(text);
  return rule!.branches[0]!.condition;
}

/** A typed tree without its places, and with operators by their ids. */
export function withoutPlaces(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, each: unknown) => {
      if (key === "span") return undefined;
      return key === "operator" ? (each as { readonly id: string }).id : each;
    }),
  );
}
