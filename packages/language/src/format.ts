import { type Diagnostic, hasErrors, type Source } from "@mcpolicy/diagnostics";
import { parse } from "./parse.ts";
import { print } from "./print.ts";

/** The canonical text of a file; none where it has a mistake, since what was left out of the tree would be lost. */
export function format(source: Source): {
  readonly text: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { policy, diagnostics } = parse(source);
  return { text: hasErrors(diagnostics) ? undefined : print(policy), diagnostics };
}
