import { type Diagnostic, diagnostic, Source, type Span } from "@mcpolicy/diagnostics";
import type { Policy, Statement } from "./ast.ts";
import type { Files } from "./files.ts";
import { parse } from "./parse.ts";
import { collector } from "./report.ts";

/** Every file that counts, once each, in the order in which it was first named. */
export interface Loaded {
  readonly syntax: readonly Policy[];
  readonly statements: readonly Statement[];
  readonly sources: Map<string, Source>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads and parses the entries and all that they import. A file counts once; cycles are fine, since statements form a set. */
export function loadFiles(entries: readonly string[], files: Files): Loaded {
  const sources = new Map<string, Source>();
  const syntax: Policy[] = [];
  const { report, found } = collector();
  const waiting: { readonly path: string; readonly from: Span | undefined }[] = entries.map((path) => ({
    path,
    from: undefined,
  }));

  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (sources.has(next.path)) continue;
    const text = files.read(next.path);
    if (text === undefined) {
      if (next.from === undefined) sources.set(next.path, new Source(next.path, ""));
      report(
        diagnostic("P0211", next.from ?? { file: next.path, start: 0, end: 0 }, `there is no file \`${next.path}\``)
          .withNote("a policy with a part missing builds nothing: everything is denied")
          .withHelp("the path is seen from the folder of the file that names it"),
      );
      continue;
    }
    const source = new Source(next.path, text);
    sources.set(next.path, source);
    const { policy, diagnostics } = parse(source);
    syntax.push(policy);
    for (const each of diagnostics) report(each);
    for (const statement of policy.statements) {
      if (statement.kind !== "import") continue;
      waiting.push({ path: files.join(next.path, statement.path.value), from: statement.path.span });
    }
  }
  return { syntax, statements: syntax.flatMap((policy) => policy.statements), sources, diagnostics: found };
}
