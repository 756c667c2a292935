import { detectors, showType, type Value, whyUnreadable } from "@mcpolicy/core";
import { diagnostic, type Span } from "@mcpolicy/diagnostics";
import type { Name, Redact } from "./ast.ts";
import { checkHaveResults } from "./check-result-rules.ts";
import { type Constant, constantOf, detectorValue } from "./constants.ts";
import { type Report, withSuggestion } from "./report.ts";
import { headOf } from "./rule-head.ts";
import type { Scope } from "./scope.ts";
import type { CheckedRedact } from "./typed.ts";
import { plain } from "./types.ts";

/** `redact DETECTOR, … in result of …`. */
export function checkRedact(rule: Redact, scope: Scope, report: Report): CheckedRedact {
  const { head, operations } = headOf(rule, scope, report);
  checkHaveResults(operations, rule.operations.span, report);
  const found = checkDetectors(rule.detectors, scope, report);
  const as = plain("detector");
  return { ...head, detectors: found.map(({ value, span }) => ({ kind: "constant", value, as, span })) };
}

/** What names stand for: a built-in detector, a `let` of a regular expression, or all that a `let` lists of both. */
export function checkDetectors(
  names: readonly Pick<Name, "text" | "span">[],
  scope: Scope,
  report: Report,
): readonly { readonly value: Value; readonly span: Span }[] {
  return names.flatMap(({ text, span }) => {
    const constant = constantOf({ kind: "name", name: { text, span }, span }, scope);
    if (constant === undefined || !isOfDetectors(constant)) {
      reportNone(text, span, constant, scope, report);
      return [];
    }
    const value = detectorValue(constant);
    return (Array.isArray(value) ? (value as readonly Value[]) : [value]).flatMap((each) => {
      const why = whyUnreadable(plain("detector"), each, undefined);
      if (why === "") return [{ value: each, span }];
      report(
        diagnostic("P0304", span, `\`${text}\` cannot be read as detector`)
          .withNote(why)
          .withHelp("write an expression of what is to be found, and nothing around it"),
      );
      return [];
    });
  });
}

function isOfDetectors({ type }: Constant): boolean {
  const kind = type.kind === "list" ? type.element.kind : type.kind;
  return kind === "detector" || kind === "regex";
}

function reportNone(text: string, span: Span, constant: Constant | undefined, scope: Scope, report: Report): void {
  const declared = scope.names.get(text);
  if (declared === undefined) {
    const known = [...detectors.keys(), ...scope.constants.keys()];
    const found = diagnostic("P0212", span, `there is no detector \`${text}\``);
    report(withSuggestion(found, text, known, span, "detectors"));
    return;
  }
  const what = constant === undefined ? `a ${declared.kind}` : showType(constant.type);
  report(
    diagnostic("P0301", span, `\`${text}\` is ${what}, not a detector`)
      .at(declared.span, "declared here")
      .withNote("what is to be masked would be found nowhere")
      .withHelp(`name a built-in one, such as \`card\`, or write \`let ${text} = /…/\``),
  );
}
