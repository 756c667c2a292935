import { printable } from "@mcpolicy/diagnostics";
import { answerQuestion } from "@mcpolicy/mcp";
import { Command } from "commander";
import { exitCodes } from "../exit-codes.ts";
import { report } from "../output.ts";
import type { Session } from "../session.ts";
import { type ApproverFlags, asApprover, withApproverFlags } from "./approver.ts";
import { questionJson } from "./question-text.ts";

/** `policy approve accept` and `deny`: answers one question, once. */
export function answerCommand(session: Session, name: "accept" | "deny"): Command {
  const approved = name === "accept";
  return withApproverFlags(new Command(name))
    .description(approved ? "let this one call through" : "keep this call denied until its question is over")
    .argument("<id>", "the question")
    .action(async (id: string, flags: ApproverFlags) =>
      session.exit(
        await asApprover(session, flags, async ({ answering, by }) => {
          const answered = await answerQuestion(answering, id, { approved, by });
          if (answered.kind === "refused") {
            session.err.write(`error: not answered: ${printable(answered.why)}\n`);
            return exitCodes.findings;
          }
          const { question } = answered;
          const call = `${question.operation} at ${question.server}, for ${question.callerId}`;
          report(session, flags.format, {
            text: () => printable(`${approved ? "approved" : "denied"}: ${call}`).concat("\n"),
            json: () => `${JSON.stringify({ approved, by: by.id, question: questionJson({ question }) }, null, 2)}\n`,
          });
          return exitCodes.fine;
        }),
      ),
    );
}
