import { matchesName } from "@mcpolicy/core";
import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import type { Linted } from "./rule.ts";

/** The pinned tools of a server that no rule speaks of: they are denied to everybody, which may be meant. */
export function* unmentionedOperations({ scope, heads }: Linted): Iterable<Diagnostic> {
  const mentioned = heads.flatMap((rule) => rule.branches.flatMap((branch) => branch.operations));
  for (const { node, checked } of scope.servers.values()) {
    const ofServer = mentioned.flatMap((each) => (each.kind === "tool" && each.server === checked.name ? [each] : []));
    const names = new Set(ofServer.flatMap((each) => ("name" in each ? [each.name] : [])));
    const patterns = [...new Set(ofServer.flatMap((each) => ("pattern" in each ? [each.pattern] : [])))];
    const missing = checked.tools
      .map((tool) => tool.name)
      .filter((tool) => !names.has(tool) && !patterns.some((pattern) => matchesName(pattern, tool)));
    // Of a server that no rule speaks of at all, another finding says so.
    if (missing.length === 0 || mentioned.every((each) => each.server !== checked.name)) continue;
    const shown = missing.slice(0, 12).map((tool) => `\`${tool}\``);
    const more = missing.length > shown.length ? `, and ${missing.length - shown.length} more` : "";
    const all = `${missing.length} of ${checked.tools.length} tools of server \`${checked.name}\``;
    yield diagnostic("P0406", node.name.span, `no rule speaks of ${all}`)
      .withNote(`${shown.join(", ")}${more}`)
      .withNote("they are denied to everybody");
  }
}
