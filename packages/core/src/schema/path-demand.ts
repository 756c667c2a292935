import { isUnder, likeAny } from "../operators/paths.ts";
import { read } from "../readers/index.ts";
import { path } from "../readers/path.ts";
import type { TextPattern } from "../readers/patterns.ts";

/** `x-mcpolicy-path`: a readable path, `under` one of these directories, `like` one of these globs. Each a text or a list. */
export interface PathDemand {
  readonly under?: string | readonly string[];
  readonly like?: string | readonly string[];
}

/**
 * A function from a text to what a demand expected of it, in words, or undefined where it is met. Paths are read as conditions read them,
 * with the server's root, so that a `check` and a `deny` never differ about what a path is. Throws on a demand that cannot be read.
 */
export function pathTest(demand: PathDemand | boolean, root: string | undefined): (text: string) => string | undefined {
  const tests = typeof demand === "object" ? [demandTest(demand, "under", root), demandTest(demand, "like", root)] : [];
  return (text) => {
    const value = path.read(text, root);
    if (value === undefined) return `a readable path (${path.why(text, root)})`;
    return tests.find((each) => each !== undefined && !each.holds(value as string))?.expected;
  };
}

/** What each word of a demand asks of a path, as the operators of these names do. */
const spellings = {
  under: {
    kind: "path",
    holds: (path: string, directories: readonly string[]) => directories.some((each) => isUnder(path, each)),
  },
  like: { kind: "glob", holds: (path: string, globs: readonly TextPattern[]) => likeAny(path, globs) },
} as const;

interface DemandTest {
  readonly holds: (path: string) => boolean;
  readonly expected: string;
}

function demandTest(
  demand: PathDemand,
  spelling: keyof typeof spellings,
  root: string | undefined,
): DemandTest | undefined {
  const given = demand[spelling];
  if (given === undefined) return undefined;
  const texts = typeof given === "string" ? [given] : given;
  const { kind, holds } = spellings[spelling];
  const patterns = read({ kind: "list", element: { kind } }, texts, root);
  if (patterns === undefined) {
    throw new Error(`the schema asks for a path ${spelling} ${JSON.stringify(texts)}, which cannot be read`);
  }
  return {
    holds: (path) => holds(path, patterns as never),
    expected: `a path ${spelling} ${texts.map((text) => JSON.stringify(text)).join(" or ")}`,
  };
}
