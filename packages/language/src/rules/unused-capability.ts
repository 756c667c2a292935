import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import type { Linted } from "./rule.ts";

/** A capability that no role, rule, assertion or other capability names grants nothing: often its name was misspelt there. */
export function* unusedCapability({ scope, mentions }: Linted): Iterable<Diagnostic> {
  for (const capability of scope.capabilities.values()) {
    const { text, span } = capability.name;
    if (mentions.capabilities.has(text)) continue;
    yield diagnostic("P0401", span, `nothing uses capability \`${text}\``)
      .withNote("its operations stay denied unless another rule allows them")
      .withHelp("add it to a role, or remove it");
  }
}
