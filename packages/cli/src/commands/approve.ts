import { Command } from "commander";
import { answerCommand } from "../approvals/answer.ts";
import { listCommand } from "../approvals/list.ts";
import { showCommand } from "../approvals/show.ts";
import type { Session } from "../session.ts";

/** `policy approve …`: what calls wait for, and answers to it. */
export function approveCommand(session: Session): Command {
  return new Command("approve")
    .addCommand(listCommand(session))
    .addCommand(showCommand(session))
    .addCommand(answerCommand(session, "accept"))
    .addCommand(answerCommand(session, "deny"))
    .addHelpText(
      "after",
      "\nExample: policy approve list --policy policies --approvals .mcpolicy/approvals --keys jwks.json",
    );
}
