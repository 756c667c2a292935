import { LogError } from "@mcpolicy/audit/node";
import { printable } from "@mcpolicy/diagnostics";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import type { Session } from "../session.ts";

/** What an action on a log gives; or, where the log refuses or the disk does, the exit code after standard error was told. */
export async function withLog(session: Session, action: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await action();
  } catch (problem) {
    const isOfDisk = typeof (problem as NodeJS.ErrnoException).syscall === "string";
    if (!(problem instanceof LogError) && !isOfDisk) throw problem;
    session.err.write(`error: ${printable((problem as Error).message)}\n`);
    return exitCodes.invalid;
  }
}
