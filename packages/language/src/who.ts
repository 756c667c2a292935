import type { WhoIr } from "@mcpolicy/core";
import { diagnostic } from "@mcpolicy/diagnostics";
import type { Who, WhoAtom } from "./ast.ts";
import { type Report, withSuggestion } from "./report.ts";
import type { Scope } from "./scope.ts";

/** Every authenticated caller. */
export const anyone: WhoIr = { anyone: true, roles: [], ids: [] };

/** The callers that a rule names; everybody where it names none. A role that nothing declares is an error, and matches nobody. */
export function callersOf(who: Who | undefined, scope: Scope, report: Report): WhoIr {
  if (who === undefined) return anyone;
  const any = callers(who.any, scope, report);
  return who.except.length === 0 ? any : { ...any, except: callers(who.except, scope, report) };
}

function callers(atoms: readonly WhoAtom[], scope: Scope, report: Report): WhoIr {
  const roles: string[] = [];
  const ids: string[] = [];
  for (const atom of atoms) {
    if (atom.kind === "id") ids.push(atom.id.value);
    if (atom.kind !== "role") continue;
    const { text, span } = atom.name;
    if (scope.roles.has(text)) {
      roles.push(text);
      continue;
    }
    const other = scope.names.get(text);
    const found =
      other === undefined
        ? diagnostic("P0204", span, `there is no role \`${text}\``)
        : diagnostic("P0220", span, `\`${text}\` is no role`).at(other.span, `declared here as a ${other.kind}`);
    report(
      withSuggestion(
        found.withNote("roles in a token that no `role` declares are ignored, so this rule would meet nobody"),
        text,
        scope.roles.keys(),
        span,
        "roles",
      ),
    );
  }
  return { anyone: atoms.some((atom) => atom.kind === "anyone"), roles, ids };
}
