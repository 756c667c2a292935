import type { Principal } from "@mcpolicy/core";
import { printable } from "@mcpolicy/diagnostics";
import type { CheckedPolicy } from "@mcpolicy/language";
import { childEnvironment, type ProxyEnd, stdioProxy } from "@mcpolicy/mcp/stdio";
import { memoryDriver } from "@mcpolicy/runtime";
import { Command } from "commander";
import { abilitiesOf, approvalsFrom } from "../approvals/approvals-from.ts";
import { type ApprovalFlags, approvalFlags, withApprovalFlags } from "../approvals/proxy-flags.ts";
import { type AuditSinkFlags, auditSinkOf, withAuditSink } from "../audit/sink-flags.ts";
import { withLog } from "../audit/with-log.ts";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { several } from "../flags.ts";
import { readyPolicy } from "../load-policy.ts";
import { requestOf, strangers } from "../request-flags.ts";
import type { Session } from "../session.ts";
import { withSettings } from "../settings.ts";

interface Flags extends AuditSinkFlags, ApprovalFlags {
  readonly policy: readonly string[];
  readonly server?: string;
  readonly principal?: string;
  readonly env: readonly string[];
}

/** `policy proxy`: stands between an MCP client and the server that it starts, until either of them ends. */
export function proxyCommand(session: Session): Command {
  return withApprovalFlags(withAuditSink(new Command("proxy")))
    .argument("<command...>", "the server: its program and arguments, after `--`")
    .option("--policy <path>", "policy, folder or glob; all of them are one policy", several, [])
    .option("--server <name>", "what the policy calls the server, where it has several")
    .option("--principal <caller>", "who calls, unverified, for development: id=dev@example.com,roles=developer")
    .option("--env <name>", "a variable that the server gets; may stand several times", several, [])
    .addHelpText(
      "after",
      `\nWithout --audit decisions go to standard error, one line of JSON each.\nExample: policy proxy --policy policies/filesystem --principal id=dev,roles=reader -- npx -y @modelcontextprotocol/server-filesystem /workspace`,
    )
    .action(async (command: readonly string[], flags: Flags) =>
      session.exit(await withSettings(session, () => withLog(session, () => proxy(session, command, flags)))),
    );
}

async function proxy(session: Session, [command, ...args]: readonly string[], flags: Flags): Promise<ExitCode> {
  if (command === undefined) throw new UsageError("which server? give its program and arguments after `--`");
  const approving = approvalFlags(session, flags);
  const ready = await readyPolicy(session, flags.policy, abilitiesOf(approving, false));
  if (typeof ready === "number") return ready;
  const server = serverOf(flags, ready.checked);
  const principal = principalOf(session, flags, ready.checked, server);
  const { policy } = ready;
  const say = (text: string): void => session.err.write(`mcpolicy: ${printable(text)}\n`);
  for (const warning of policy.warnings) say(warning);
  say(`guards server \`${server}\` with policy ${policy.digest}`);
  say(`the caller is \`${principal.id}\`, as --principal says: for development only, nothing proves who calls`);

  const approvals = await approvalsFrom(approving, { shared: undefined, audience: `policy proxy ${server}`, say });
  const log = await auditSinkOf(session, flags, say);
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  for (const signal of signals) process.once(signal, onSignal);
  const end = await stdioProxy({
    policy,
    server,
    principal,
    state: memoryDriver(policy.windows),
    approvals: approvals.channel,
    command,
    args,
    cwd: session.cwd,
    env: childEnvironment(session.env, flags.env),
    signal: stop.signal,
    ...(log === undefined ? {} : { audit: log }),
  });
  for (const signal of signals) process.off(signal, onSignal);
  await approvals.close();
  await log?.close();
  if (end.kind !== "closed") say(end.why);
  return endCodes[end.kind];
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const endCodes: Readonly<Record<ProxyEnd["kind"], ExitCode>> = {
  closed: exitCodes.fine,
  lost: exitCodes.findings,
  unstarted: exitCodes.usage,
};

function serverOf(flags: Flags, { servers }: CheckedPolicy): string {
  const names = servers.map(({ name }) => name);
  const name = flags.server ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined) {
    throw new UsageError(`which server of the policy is it? give --server with one of: ${names.join(", ") || "none"}`);
  }
  if (!names.includes(name)) throw new UsageError(`the policy has no server \`${name}\`; it has ${names.join(", ")}`);
  return name;
}

/** The caller that the flag names, as `eval --as` reads it. */
function principalOf(session: Session, flags: Flags, policy: CheckedPolicy, server: string): Principal {
  if (flags.principal === undefined) {
    throw new UsageError(
      "who calls? give --principal id=dev@example.com,roles=developer (for development); without a caller everything is denied",
    );
  }
  try {
    const request = requestOf({ policy: [], as: flags.principal, sampling: server }, policy, session.cwd);
    for (const stranger of strangers(request, policy)) session.err.write(`note: ${printable(stranger)}\n`);
    return request.principal as Principal;
  } catch (problem) {
    if (problem instanceof UsageError) throw new UsageError(problem.message.replaceAll("--as", "--principal"));
    throw problem;
  }
}
