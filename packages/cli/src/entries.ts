import { Source } from "@mcpolicy/diagnostics";
import { type Files, parse } from "@mcpolicy/language";

/**
 * The files that are policies of their own: those that no other given file imports, in the order given. Of files that import one
 * another in a circle the first stands for all.
 */
export function separateEntries(given: readonly string[], files: Files): readonly string[] {
  if (given.length === 1) return given;
  const reached = new Map(given.map((file) => [file, importedFrom(file, files)]));
  const isAbove = (above: string, below: string): boolean => above !== below && reached.get(above)!.has(below);
  return given.filter((file, index) =>
    given.every((other, at) => !isAbove(other, file) || (isAbove(file, other) && index < at)),
  );
}

/** Every file that `entry` imports, directly or not. */
function importedFrom(entry: string, files: Files): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const text = files.read(file);
    if (text === undefined) continue;
    for (const statement of parse(new Source(file, text)).policy.statements) {
      if (statement.kind !== "import") continue;
      const path = files.join(file, statement.path.value);
      if (reached.has(path)) continue;
      reached.add(path);
      waiting.push(path);
    }
  }
  return reached;
}
