import { globSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { compile } from "@mcpolicy/compiler";
import type { Artifact, Decision, Principal, Request } from "@mcpolicy/core";
import { Source } from "@mcpolicy/diagnostics";
import { checkPolicy, type Files } from "@mcpolicy/language";
import { closureEngine, everyAbility, type LoadedPolicy, loadPolicy } from "@mcpolicy/runtime";
import { readFixture, runSuite } from "@mcpolicy/testing";

/** The repository's root. */
export const root: string = resolve(import.meta.dirname, "../../..");

/** The repository's files by paths relative to its root. */
export const files: Files = {
  read: (path) => readFileSync(join(root, path), "utf8"),
  join: (from, path) => relative(root, resolve(root, from, "..", path)),
};

/** What a list was asked for, and what it shows. */
export interface RecordedList {
  readonly asked: readonly [principal: Principal | undefined, kind: "tool" | "prompt", server: string, time: number];
  readonly names: readonly string[];
}

/** A policy, and what a loaded one says of all that a fixture asks: each request with what was remembered then. */
export interface Recorded {
  /** The fixture's file. */
  readonly name: string;
  readonly artifact: Artifact;
  readonly decisions: readonly { readonly request: Request; readonly decision: Decision }[];
  readonly lists: readonly RecordedList[];
}

/** The fixtures of the conformance set, of decisions, and of the policies that come with the repository. */
export const fixtures: readonly string[] = globSync(
  ["test-fixtures/{conformance,decisions}/**/*.test.yaml", "policies/**/*.test.yaml"],
  { cwd: root },
).toSorted();

/** Runs a fixture, and keeps all that was asked. Throws where it is none. */
export function recorded(name: string): Recorded {
  const { suite } = readFixture(new Source(name, files.read(name) ?? ""));
  const entries = suite?.policies.map(({ value }) => files.join(name, value)) ?? [];
  const { policy: checked } = checkPolicy(entries, files);
  if (suite === undefined || checked === undefined) throw new Error(`${name} is no fixture`);
  const artifact = compile(checked);
  const loaded = loadPolicy(artifact, { engine: closureEngine, abilities: everyAbility });
  const decisions: Recorded["decisions"][number][] = [];
  const lists: RecordedList[] = [];
  const policy: LoadedPolicy = {
    ...loaded,
    step(request, id) {
      const step = loaded.step(request, id);
      // A driver goes on with the state that it gave.
      decisions.push({ request: structuredClone(request), decision: step.decision });
      return step;
    },
    list(...asked) {
      const names = loaded.list(...asked);
      lists.push({ asked, names });
      return names;
    },
  };
  runSuite(suite, { checked, policy });
  return { name, artifact, decisions, lists };
}
