import { compile, generatedEngine } from "@mcpolicy/compiler";
import { type Diagnostic, hasErrors, printable, renderText, type Source } from "@mcpolicy/diagnostics";
import { type CheckedPolicy, checkPolicy } from "@mcpolicy/language";
import { type Abilities, ArtifactError, everyAbility, type LoadedPolicy, loadPolicy } from "@mcpolicy/runtime";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { filesBelow } from "./files.ts";
import { filesAt, policyFiles } from "./paths.ts";
import type { Session } from "./session.ts";

/** A policy ready to decide, with what it was made of. */
export interface Ready {
  readonly checked: CheckedPolicy;
  readonly policy: LoadedPolicy;
  readonly sources: ReadonlyMap<string, Source>;
  /** Findings: there is no error among them. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * All policies that PATHs mean as *one* policy, checked, compiled and loaded; or the exit code, after standard error was told
 * what is wrong. `abilities`: what whoever decides by it carries out; all there is, for tools that only try it.
 */
export async function readyPolicy(
  session: Session,
  paths: readonly string[],
  abilities: Abilities = everyAbility,
): Promise<Ready | ExitCode> {
  const entries = await filesAt(paths, policyFiles, session.cwd);
  if (entries.length === 0) {
    session.err.write("no policy found: there is no *.mcpolicy file here; name one with --policy\n");
    return exitCodes.empty;
  }
  const {
    policy: checked,
    sources,
    diagnostics,
  } = checkPolicy(entries, filesBelow(session.cwd), {
    now: Date.now(),
  });
  if (checked === undefined || hasErrors(diagnostics)) {
    session.err.write(renderText(diagnostics, sources, { color: session.err.color }));
    return exitCodes.invalid;
  }
  try {
    return {
      checked,
      policy: loadPolicy(compile(checked), { engine: generatedEngine, abilities }),
      sources,
      diagnostics,
    };
  } catch (problem) {
    if (!(problem instanceof ArtifactError)) throw problem;
    if (problem.code === "P0605") {
      session.err.write(`error[P0605]: ${printable(problem.message)}\n`);
      return exitCodes.invalid;
    }
    throw new Error(`the policy compiles, but does not load: ${problem.message}`, { cause: problem });
  }
}
