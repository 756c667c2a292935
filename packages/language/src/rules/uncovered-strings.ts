import { isPathName, type Type } from "@mcpolicy/core";
import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import type { Expression } from "../ast.ts";
import { expand } from "../expand.ts";
import { partsOf } from "../mentions.ts";
import type { Linted } from "./rule.ts";

/** String arguments that `paths(args)` does not see, since nothing in their schema or name makes them a path. */
export function* uncoveredStrings({ statements, scope }: Linted): Iterable<Diagnostic> {
  for (const statement of statements) {
    if (!("operations" in statement) || statement.kind === "assert") continue;
    const calls = [statement.when, statement.unless].flatMap((each) => (each === undefined ? [] : pathCalls(each)));
    const [call] = calls;
    if (call === undefined) continue;
    const tools = expand(statement.operations, scope, { bare: true }, () => undefined).flatMap(
      (each) => each.operations,
    );
    const uncovered = tools.flatMap((tool) =>
      tool.untyped ? [] : textsOf(tool.arguments, "", false).map((name) => `${tool.label} \`${name}\``),
    );
    if (uncovered.length === 0) continue;
    const shown = uncovered.slice(0, 12).join(", ");
    const more = uncovered.length > 12 ? `, and ${uncovered.length - 12} more` : "";
    yield diagnostic(
      "P0409",
      call.span,
      `\`paths(args)\` does not see ${uncovered.length} string arguments of these tools`,
    )
      .withNote(`${shown}${more}`)
      .withHelp("where one of them holds a path, test it by name, or use `strings(args)`");
  }
}

function pathCalls(expression: Expression): readonly Expression[] {
  const own = expression.kind === "call" && expression.function.text === "paths" ? [expression] : [];
  return [...own, ...partsOf(expression).flatMap(pathCalls)];
}

/** Where a type has text, or what may be text, that no path name stands above. */
function textsOf(type: Type | undefined, at: string, covered: boolean): readonly string[] {
  switch (type?.kind) {
    case "record": {
      const below = (name: string, part: Type): readonly string[] =>
        textsOf(part, at === "" ? name : `${at}.${name}`, covered || isPathName(name));
      return [
        ...Object.entries(type.fields).flatMap(([name, field]) => below(name, field.type)),
        ...(type.rest === undefined ? [] : below("*", type.rest)),
      ];
    }
    case "list":
      return textsOf(type.element, `${at}[]`, covered);
    case "union":
      return [...new Set(type.members.flatMap((member) => textsOf(member, at, covered)))];
    case "string":
    case "url":
    case "any":
      return covered ? [] : [at];
    case "path":
      // Its name tells `paths(args)` of it; the arguments themselves have none.
      return covered || !/^\*(?:\[\])*$/.test(at) ? [] : [at];
    default:
      return [];
  }
}
