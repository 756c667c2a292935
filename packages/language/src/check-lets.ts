import { detectors, whyUnreadable } from "@mcpolicy/core";
import { diagnostic, type Span } from "@mcpolicy/diagnostics";
import type { Expression } from "./ast.ts";
import { constantOf } from "./constants.ts";
import type { Report } from "./report.ts";
import { withSuggestion } from "./report.ts";
import { builtIn, type Macro, type Scope, textOf } from "./scope.ts";
import { plain } from "./types.ts";
import { childrenOf } from "./visit.ts";

/**
 * Each `let` without parameters stands for a constant; a regular expression among them must be one of the language. One with
 * parameters reads these, what everybody can read, and nothing of the place where it is called.
 */
export function checkLets(scope: Scope, report: Report): void {
  for (const each of scope.constants.values()) {
    const macro = scope.macros.get(each.name.text);
    if (macro !== undefined) {
      checkMacro(macro, scope, report);
      continue;
    }
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

const readable = new Set([..."args principal context tool resource result data its".split(" "), ...detectors.keys()]);

function firstUnknownName(value: Expression, scope: Scope): (Expression & { readonly kind: "name" }) | undefined {
  if (value.kind === "list") {
    return value.items.map((item) => firstUnknownName(item, scope)).find((found) => found !== undefined);
  }
  if (value.kind !== "name") return undefined;
  return scope.constants.has(value.name.text) || readable.has(value.name.text) ? undefined : value;
}

function checkMacro(macro: Macro, scope: Scope, report: Report): void {
  const parameters = new Map<string, Span>();
  for (const { text, span } of macro.parameters) {
    const before = parameters.get(text) ?? scope.names.get(text)?.span;
    if (builtIn.has(text)) {
      report(
        diagnostic("P0207", span, `\`${text}\` is built in`).withHelp("choose another name for what the macro takes"),
      );
    } else if (before !== undefined) {
      report(
        diagnostic("P0206", span, `the name \`${text}\` is declared twice`)
          .withLabel("again here")
          .at(before, "first declared here")
          .withNote("nothing shadows: a reader should never have to ask which one is meant")
          .withHelp("choose another name for what the macro takes"),
      );
    }
    parameters.set(text, span);
  }
  checkNames(macro.value, new Set(parameters.keys()), macro, scope, report);
}

/** A macro is read where it stands: a name that means nothing there must not mean something where it is called. */
function checkNames(node: Expression, bound: ReadonlySet<string>, macro: Macro, scope: Scope, report: Report): void {
  if (node.kind === "name") {
    const { text, span } = node.name;
    if (bound.has(text) || readable.has(text) || scope.constants.has(text)) return;
    report(
      withSuggestion(
        diagnostic("P0212", span, `there is nothing called \`${text}\` in \`${macro.name.text}\``).withNote(
          "a macro does not see the names of the place where it is called; what it needs is handed to it",
        ),
        text,
        [...bound, ...scope.constants.keys(), ...readable],
        span,
        "names with a value",
      ),
    );
    return;
  }
  if (node.kind === "string") {
    const hole = macro.parameters.find((each) => node.value.includes(`{${each.text}}`));
    if (hole === undefined) return;
    report(
      diagnostic("P0312", node.span, `\`{${hole.text}}\` cannot fill a hole: it is what the macro is called with`)
        .at(hole.span, "declared here")
        .withNote("holes are filled by `principal.x`, `context.x`, `tool.name`, `tool.server` and a `let`")
        .withHelp("hand the whole text to the macro"),
    );
    return;
  }
  const binds = node.kind === "every" || node.kind === "some" || node.kind === "sum-for";
  const inside = binds ? new Set([...bound, node.variable.text]) : bound;
  for (const part of childrenOf(node)) {
    checkNames(part, binds && part === node.list ? bound : inside, macro, scope, report);
  }
}
