import { diagnostic } from "@mcpolicy/diagnostics";
import type { Expression, Name } from "./ast.ts";
import { constantOf } from "./constants.ts";
import type { Operand } from "./operand.ts";
import { builtIn } from "./scope.ts";
import type { Site } from "./site.ts";

/** Reports a name for the elements of a list that is taken already, and a list inside another look at elements that is no part of them. */
export function checkBoundName(variable: Name, list: Operand, written: Expression, site: Site): void {
  const before = site.variables.get(variable.text)?.span ?? site.scope.names.get(variable.text)?.span;
  if (before !== undefined) {
    site.report(
      diagnostic("P0206", variable.span, `the name \`${variable.text}\` is declared twice`)
        .withLabel("again here")
        .at(before, "first declared here")
        .withNote("nothing shadows: a reader should never have to ask which one is meant")
        .withHelp("choose another name for what is looked at"),
    );
  }
  if (builtIn.has(variable.text)) {
    site.report(
      diagnostic("P0207", variable.span, `\`${variable.text}\` is built in`).withHelp(
        "choose another name for what is looked at",
      ),
    );
  }
  if (site.variables.size > 0 && !overOwnParts(list, site, written)) {
    site.report(
      diagnostic("P0320", written.span, `\`${list.text}\` is no part of what the outer quantifier looks at`)
        .withNote("a quantifier inside another looks at its parts only, so that the cost stays linear")
        .withHelp("write the two side by side, joined by `and` or `or`"),
    );
  }
}

function overOwnParts(list: Operand, site: Site, written: Expression): boolean {
  if (list.view.type.kind === "error") return true;
  return list.reference?.root === "variable" || constantOf(written, site.scope) !== undefined;
}
