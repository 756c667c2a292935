import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import type { Linted } from "./rule.ts";

/** A `deny` for a role also meets whoever has a role that includes it: most likely more people than were meant. */
export function* denyOnIncludedRole({ statements, scope }: Linted): Iterable<Diagnostic> {
  for (const statement of statements) {
    if (statement.kind !== "deny" || statement.who === undefined) continue;
    for (const atom of statement.who.any) {
      if (atom.kind !== "role") continue;
      const role = atom.name.text;
      const excepted = statement.who.except.flatMap((each) => (each.kind === "role" ? [each.name.text] : []));
      const including = Object.entries(scope.closure)
        .filter(([name, included]) => name !== role && included.includes(role))
        .map(([name]) => name)
        .filter((name) => !(scope.closure[name] ?? []).some((each) => excepted.includes(each)));
      if (including.length === 0) continue;
      const names = including.map((name) => `\`${name}\``).join(", ");
      yield diagnostic("P0407", atom.span, `this also denies ${names}, which include \`${role}\``)
        .withNote("a caller has the roles of its token and all that these include")
        .withHelp(`if that is not meant, write \`${role} except ${including.join(" or ")}\``);
    }
  }
}
