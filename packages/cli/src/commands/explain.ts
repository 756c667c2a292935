import { type CatalogueRow, catalogue, printable, suggest } from "@mcpolicy/diagnostics";
import { Command } from "commander";
import { decisionText, whyText } from "../decision-text.ts";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { readyPolicy } from "../load-policy.ts";
import { type Destination, formatOption, report } from "../output.ts";
import { type RequestFlags, requestOf, strangers, withRequestFlags } from "../request-flags.ts";
import type { Session } from "../session.ts";

interface Flags extends RequestFlags {
  readonly format: readonly Destination[];
}

/** `policy explain CODE`: the page of a code. `policy explain --as … --call …`: a decision, and how every rule met the request. */
export function explainCommand(session: Session): Command {
  return withRequestFlags(new Command("explain").argument("[code]", "a diagnostic's code, such as P0203"))
    .addOption(formatOption(["text", "json"]))
    .addHelpText("after", "\nExample: policy explain P0203")
    .addHelpText(
      "after",
      `Example: policy explain --policy policies/filesystem --as id=dev,roles=reader --call fs.write_file --with '{"path": "/workspace/a", "content": ""}'`,
    )
    .action(async (code: string | undefined, flags: Flags) =>
      session.exit(code === undefined ? await explainRequest(session, flags) : explainCode(session, code, flags)),
    );
}

async function explainRequest(session: Session, flags: Flags): Promise<ExitCode> {
  const ready = await readyPolicy(session, flags.policy);
  if (typeof ready === "number") return ready;
  const request = requestOf(flags, ready.checked, session.cwd);
  for (const stranger of strangers(request, ready.checked)) session.err.write(`note: ${printable(stranger)}\n`);
  const explanation = ready.policy.explain(request);
  report(session, flags.format, {
    text: ({ color }) => decisionText(request, explanation, ready.sources, color) + whyText(explanation.seen),
    json: () => `${JSON.stringify(explanation, null, 2)}\n`,
  });
  return exitCodes.fine;
}

function explainCode(session: Session, code: string, flags: Flags): ExitCode {
  const row = catalogue.find((each) => each.code === code.toUpperCase());
  if (row === undefined) {
    const near = suggest(
      code,
      catalogue.map((each) => each.code),
    );
    throw new UsageError(`there is no code \`${code}\`${near === undefined ? "" : `; did you mean \`${near}\`?`}`);
  }
  report(session, flags.format, { text: () => page(row), json: () => `${JSON.stringify(row, null, 2)}\n` });
  return exitCodes.fine;
}

function page({ code, title, severity, page }: CatalogueRow): string {
  return `${code}: ${title} (${severity})\n\n${page.trim()}\n`;
}
