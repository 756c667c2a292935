import { Command } from "commander";
import { changeKeyCommand } from "../audit/change-key.ts";
import { initCommand } from "../audit/init.ts";
import { proveCommand } from "../audit/prove.ts";
import { pruneCommand } from "../audit/prune.ts";
import { queryCommand } from "../audit/query.ts";
import { replayCommand } from "../audit/replay.ts";
import { verifyCommand } from "../audit/verify.ts";
import type { Session } from "../session.ts";

/** `policy audit …`: the log of decisions. */
export function auditCommand(session: Session): Command {
  return new Command("audit")
    .addCommand(verifyCommand(session))
    .addCommand(proveCommand(session))
    .addCommand(queryCommand(session))
    .addCommand(replayCommand(session))
    .addCommand(initCommand(session))
    .addCommand(changeKeyCommand(session))
    .addCommand(pruneCommand(session))
    .addHelpText("after", "\nExample: policy audit verify var/audit --key audit.pub");
}
