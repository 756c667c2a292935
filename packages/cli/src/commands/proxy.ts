import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { withApprovalFlags } from "../approvals/proxy-flags.ts";
import { withAuditSink } from "../audit/sink-flags.ts";
import { withAuthenticatorFlags } from "../authenticator-flags.ts";
import { configAt } from "../config/read-config.ts";
import { type ExitCode, UsageError } from "../exit-codes.ts";
import { shownPath } from "../files.ts";
import { several } from "../flags.ts";
import { projectFolder } from "../paths.ts";
import { runProxy } from "../proxy/run-proxy.ts";
import { settingsOf } from "../proxy/settings.ts";
import { type ProxyFlags, unsaid, withFlags } from "../proxy/with-flags.ts";
import type { Session } from "../session.ts";

/** `policy proxy`: stands between MCP clients and servers, until it is ended. */
export function proxyCommand(session: Session): Command {
  return withApprovalFlags(withAuthenticatorFlags(withAuditSink(new Command("proxy"))))
    .argument("[command...]", "the server: its program and arguments, after `--`")
    .option(
      "--config <file>",
      "what else stands in a configuration; without a server, the nearest mcpolicy.config.json",
    )
    .option("--policy <path>", "policy, folder or glob; all of them are one policy", several, [])
    .option("--upstream <url>", "the server, where it is one on Streamable HTTP")
    .option("--server <name>", "what the policy calls the server, where it has several")
    .option("--listen <host:port>", "listen for clients on HTTP, instead of standard input and output")
    .option("--host <name>", "a name by which clients reach it, without port; may stand several times", several, [])
    .option("--origin <url>", "a web page that may use it; may stand several times", several, [])
    .option("--principal <caller>", "who calls, unverified, for development: id=dev@example.com,roles=developer")
    .option("--env <name>", "a variable that the server gets; may stand several times", several, [])
    .addHelpText(
      "after",
      `
On standard input and output a token comes from MCPOLICY_TOKEN or MCPOLICY_TOKEN_FILE. Without --audit decisions go to standard error, one line of
JSON each. Policies are read again when they change, and on SIGHUP; a bad one changes nothing.
Example: policy proxy --policy policies/filesystem --principal id=dev,roles=reader -- npx -y @modelcontextprotocol/server-filesystem /workspace
Example: policy proxy --policy policies --keys jwks.json --listen 127.0.0.1:8080 --upstream https://mcp.example.com/mcp`,
    )
    .action(async (command: readonly string[], flags: ProxyFlags) =>
      session.exit(await proxy(session, command, flags)),
    );
}

async function proxy(session: Session, command: readonly string[], flags: ProxyFlags): Promise<ExitCode> {
  const path = configFor(session, command, flags);
  if (path === undefined) return runProxy(session, withFlags(session, command, flags, unsaid));
  const config = configAt(session, shownPath(path, session.cwd));
  if (typeof config === "number") return config;
  return runProxy(session, withFlags(session, command, flags, settingsOf(session, path, config)));
}

/** The configuration that counts: one that is named, or where the command line names no server the nearest. */
function configFor(session: Session, command: readonly string[], { config, upstream }: ProxyFlags): string | undefined {
  if (config !== undefined) return resolve(session.cwd, config);
  if (command.length > 0 || upstream !== undefined) return undefined;
  const nearest = join(projectFolder(session.cwd), "mcpolicy.config.json");
  if (existsSync(nearest)) return nearest;
  throw new UsageError(
    "which server is guarded? give its program after `--`, --upstream, or a configuration: there is no mcpolicy.config.json here",
  );
}
