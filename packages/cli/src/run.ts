import { readFileSync } from "node:fs";
import { printable } from "@mcpolicy/diagnostics";
import { Command, CommanderError } from "commander";
import { commands } from "./commands.ts";
import { type ExitCode, exitCodes, UsageError } from "./exit-codes.ts";
import type { Session } from "./session.ts";

/** Runs `policy ARGUMENTS`. Never throws: whatever goes wrong is told on standard error and in the exit code. */
export async function run(args: readonly string[], around: Omit<Session, "exit">): Promise<ExitCode> {
  let code: ExitCode = exitCodes.fine;
  const session: Session = {
    ...around,
    exit: (next) => {
      code = next;
    },
  };
  try {
    const program = await programFor(args, session);
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (problem) {
    if (problem instanceof CommanderError) return problem.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
    if (problem instanceof UsageError) {
      session.err.write(`error: ${printable(problem.message)}\n`);
      return exitCodes.usage;
    }
    session.err.write(bugReport(problem, session.env));
    return exitCodes.bug;
  }
}

/** What a person is told of a bug of ours. */
export function bugReport(problem: unknown, env: Session["env"]): string {
  const error = problem instanceof Error ? problem : new Error(String(problem));
  const stack = env["MCPOLICY_DEBUG"] ? (error.stack ?? "") : "set MCPOLICY_DEBUG=1 to see where";
  return [
    `internal error: ${printable(error.message)}`,
    `This is a bug in mcpolicy ${version()} (Node ${process.versions.node}), not in your files. Nothing was allowed.`,
    ...stack.split("\n").map((line) => `  ${printable(line)}`),
    "",
  ].join("\n");
}

/** The version of this package. */
export function version(): string {
  return (JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }).version;
}

/** The program with the flags of the one command that is asked for; of the others it knows the name and the summary. */
async function programFor(args: readonly string[], session: Session): Promise<Command> {
  const program = new Command("policy")
    .description("Policy as code for the Model Context Protocol.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .showHelpAfterError("(`policy --help` lists what there is)")
    .configureOutput({ writeOut: session.out.write, writeErr: (text) => session.err.write(printableLines(text)) })
    .exitOverride()
    .addHelpText(
      "after",
      `\n${exitCodesHelp}\nExample: policy test policies --format github --format junit=out/policy.xml`,
    );

  const words = args.filter((arg) => !arg.startsWith("-"));
  const asked = words[0] === "help" ? words[1] : words[0];
  for (const row of commands) {
    const stub = new Command(row.name).description(row.summary);
    const command = row.name === asked ? (await row.load())(session).description(row.summary) : stub;
    program.addCommand(inheriting(command, program));
  }
  return program;
}

function inheriting(command: Command, program: Command, above = "policy"): Command {
  const path = `${above} ${command.name()}`;
  for (const below of command.commands) inheriting(below, program, path);
  return command
    .copyInheritedSettings(program)
    .showHelpAfterError(`(\`${path} --help\` lists what there is)`)
    .helpOption("-h, --help", "print this help");
}

const exitCodesHelp = `Exit codes: 0 fine, 1 findings, 2 invalid policy or fixture, 3 a bug of ours, 4 wrong usage, 5 nothing ran.`;

/** Commander's messages repeat what was typed. */
function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}
