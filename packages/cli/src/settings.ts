import { printable } from "@mcpolicy/diagnostics";
import { SettingsError } from "@mcpolicy/identity";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import type { Session } from "./session.ts";

/** What an action gives; or, where settings cannot be meant, the exit code after standard error was told. */
export async function withSettings(session: Session, action: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await action();
  } catch (problem) {
    if (!(problem instanceof SettingsError)) throw problem;
    session.err.write(`error: ${printable(problem.message)}\n`);
    return exitCodes.invalid;
  }
}
