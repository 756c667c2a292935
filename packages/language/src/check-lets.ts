import { whyUnreadable } from "@mcpolicy/core";
import { diagnostic } from "@mcpolicy/diagnostics";
import type { Expression } from "./ast.ts";
import { constantOf } from "./constants.ts";
import type { Report } from "./report.ts";
import { withSuggestion } from "./report.ts";
import { type Scope, textOf } from "./scope.ts";
import { plain } from "./types.ts";

/** Each `let` without parameters stands for a constant; a regular expression among them must be one of the language. */
export function checkLets(scope: Scope, report: Report): void {
  for (const each of scope.constants.values()) {
    if (each.parameters !== undefined) continue;
    const constant = constantOf(each.value, scope);
    if (constant === undefined) {
      reportNoConstant(each.name.text, each.value, scope, report);
      continue;
    }
    const why = constant.type.kind === "regex" ? whyUnreadable(plain("regex"), constant.value, undefined) : "";
    if (why === "") continue;
    report(
      diagnostic("P0304", each.value.span, `${textOf(scope, each.value.span)} is no regular expression of the language`)
        .withNote(why)
        .withHelp("say it without look-around, back-references, lazy forms and flags"),
    );
  }
}

function reportNoConstant(name: string, value: Expression, scope: Scope, report: Report): void {
  const unknown = firstUnknownName(value, scope);
  if (unknown !== undefined) {
    const { text, span } = unknown.name;
    report(
      withSuggestion(
        diagnostic("P0212", span, `there is nothing called \`${text}\` here`),
        text,
        [...scope.constants.keys()].filter((each) => each !== name),
        span,
        "`let`s",
      ),
    );
    return;
  }
  report(
    diagnostic("P0314", value.span, `\`${name}\` is not a constant`)
      .withNote(
        "a `let` without parameters stands for text, a number, a date, a regular expression, or a list of these",
      )
      .withHelp("write the condition out where it is used"),
  );
}

const readable = new Set(["args", "principal", "context", "tool", "resource", "result", "data", "its"]);

function firstUnknownName(value: Expression, scope: Scope): (Expression & { readonly kind: "name" }) | undefined {
  if (value.kind === "list") {
    return value.items.map((item) => firstUnknownName(item, scope)).find((found) => found !== undefined);
  }
  if (value.kind !== "name") return undefined;
  return scope.constants.has(value.name.text) || readable.has(value.name.text) ? undefined : value;
}
