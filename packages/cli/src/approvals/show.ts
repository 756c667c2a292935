import { openQuestion } from "@mcpolicy/mcp";
import { Command } from "commander";
import { exitCodes } from "../exit-codes.ts";
import { report } from "../output.ts";
import type { Session } from "../session.ts";
import { type ApproverFlags, asApprover, withApproverFlags } from "./approver.ts";
import { questionJson, questionText } from "./question-text.ts";

/** `policy approve show`: one question, with the arguments of the call. */
export function showCommand(session: Session): Command {
  return withApproverFlags(new Command("show"))
    .description("one question, with the arguments of the call and the rules that ask")
    .argument("<id>", "the question")
    .action(async (id: string, flags: ApproverFlags) =>
      session.exit(
        await asApprover(session, flags, async ({ answering, by }) => {
          const seen = await openQuestion(answering, id, by);
          if (seen === undefined) {
            session.err.write("error: there is no such question, or it is not open any more\n");
            return exitCodes.findings;
          }
          report(session, flags.format, {
            text: () => questionText(seen),
            json: () => `${JSON.stringify(questionJson(seen), null, 2)}\n`,
          });
          return exitCodes.fine;
        }),
      ),
    );
}
