import { compileGlob, type Dfa, intersect, isEmpty, product, type Value } from "@mcpolicy/core";
import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import type { Linted } from "./rule.ts";
import { atomsOf } from "./typed-atoms.ts";

/**
 * Names that folders have as often as files: those that begin with a dot, and plain words. `package.json` and `CODEOWNERS` are files.
 */
const folderLike = /(?:^|\/)(?:\.[^/]*|[a-z][a-z0-9_-]*)\*?$/;

/**
 * A rule that forbids by the name of a file, `**\/.git`, and leaves open what lies below a folder of that name: the glob matches the
 * folder itself, and nothing in it.
 */
export function* namesAFolder({ heads }: Linted): Iterable<Diagnostic> {
  const said = new Set<string>();
  for (const { operand, forbids } of atomsOf(heads)) {
    if (!forbids || operand.kind !== "apply" || operand.operator.id !== "like") continue;
    const constant = operand.operands[1];
    if (constant?.kind !== "constant") continue;
    const globs = ((Array.isArray(constant.value) ? constant.value : [constant.value]) as readonly Value[]).filter(
      (each) => typeof each === "string",
    );
    const open = globs.filter((glob) => folderLike.test(glob) && !isCovered(`${glob}/**`, globs));
    const { span } = constant;
    const key = `${span.file} ${span.start}`;
    if (open.length === 0 || said.has(key)) continue;
    said.add(key);
    const shown = open.map((glob) => `\`${JSON.stringify(glob)}\``).join(", ");
    yield diagnostic("P0416", span, `${shown} leaves open what lies below a folder of that name`)
      .withNote("a glob matches the whole path: the folder itself, and nothing in it")
      .withHelp(
        `add ${open.map((glob) => `\`${JSON.stringify(`${glob}/**`)}\``).join(", ")}, where folders may be called so`,
      );
  }
}

/** Whether each path that the one glob matches is matched by some of the others; where that is too large to tell, it is taken for covered. */
function isCovered(below: string, globs: readonly string[]): boolean {
  let left = setOf(below);
  for (const glob of globs) {
    const set = setOf(glob);
    if (left === undefined || set === undefined) return true;
    left = product(left, set, (isBelow, isForbidden) => isBelow && !isForbidden);
  }
  const places = left === undefined ? undefined : intersect(left, setOf("/**")!);
  return places === undefined || isEmpty(places);
}

function setOf(glob: string): Dfa | undefined {
  const compiled = compileGlob(glob);
  return compiled.ok ? compiled.pattern.dfa : undefined;
}
