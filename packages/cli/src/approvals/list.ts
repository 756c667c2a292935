import { openQuestions } from "@mcpolicy/mcp";
import { Command } from "commander";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { wholeNumber } from "../flags.ts";
import { report } from "../output.ts";
import type { Session } from "../session.ts";
import { type ApproverFlags, asApprover, withApproverFlags } from "./approver.ts";
import { questionJson, questionLine } from "./question-text.ts";

interface Flags extends ApproverFlags {
  readonly most: number;
}

/** `policy approve list`: the open questions of the approver's tenant. */
export function listCommand(session: Session): Command {
  return withApproverFlags(new Command("list"))
    .description("the questions that are open, oldest first")
    .option("--most <number>", "how many at most", wholeNumber("--most"), 100)
    .action(async (flags: Flags) => session.exit(await list(session, flags)));
}

function list(session: Session, flags: Flags): Promise<ExitCode> {
  return asApprover(session, flags, async ({ answering, by }) => {
    const seen = await openQuestions(answering, by, flags.most);
    report(session, flags.format, {
      text: () => (seen.length === 0 ? "nothing is asked\n" : `${seen.map(questionLine).join("\n")}\n`),
      json: () => `${JSON.stringify({ questions: seen.map(questionJson) }, null, 2)}\n`,
    });
    return exitCodes.fine;
  });
}
