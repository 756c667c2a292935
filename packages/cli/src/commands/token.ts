import { Command } from "commander";
import type { Session } from "../session.ts";
import { issueCommand } from "../token/issue.ts";
import { keyCommand } from "../token/key.ts";
import { revokeCommand } from "../token/revoke.ts";
import { verifyCommand } from "../token/verify.ts";

/** `policy token …`: short-lived tokens, as the policy's `token` statement demands them. */
export function tokenCommand(session: Session): Command {
  return new Command("token")
    .addCommand(issueCommand(session))
    .addCommand(verifyCommand(session))
    .addCommand(revokeCommand(session))
    .addCommand(keyCommand(session))
    .addHelpText("after", "\nExample: policy token verify --policy policies --keys jwks.json < token.txt");
}
