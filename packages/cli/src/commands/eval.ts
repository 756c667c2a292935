import { printable } from "@mcpolicy/diagnostics";
import { Command } from "commander";
import { decisionText } from "../decision-text.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { readyPolicy } from "../load-policy.ts";
import { type Destination, formatOption, report } from "../output.ts";
import { type RequestFlags, requestOf, strangers, withRequestFlags } from "../request-flags.ts";
import type { Session } from "../session.ts";

interface Flags extends RequestFlags {
  readonly format: readonly Destination[];
}

/** `policy eval`: one decision. Whatever it is, it was made: exit code 0. */
export function evalCommand(session: Session): Command {
  return withRequestFlags(new Command("eval"))
    .addOption(formatOption(["text", "json"]))
    .addHelpText(
      "after",
      `\nExample: policy eval --policy policies/filesystem --as id=dev,roles=reader --call fs.read_text_file --with '{"path": "/workspace/.env"}'`,
    )
    .action(async (flags: Flags) => session.exit(await evaluate(session, flags)));
}

async function evaluate(session: Session, flags: Flags): Promise<ExitCode> {
  const ready = await readyPolicy(session, flags.policy);
  if (typeof ready === "number") return ready;
  const request = requestOf(flags, ready.checked, session.cwd);
  for (const stranger of strangers(request, ready.checked)) session.err.write(`note: ${printable(stranger)}\n`);
  const decision = ready.policy.decide(request);
  report(session, flags.format, {
    text: ({ color }) => decisionText(request, decision, ready.sources, color),
    json: () => `${JSON.stringify(decision, null, 2)}\n`,
  });
  return exitCodes.fine;
}
