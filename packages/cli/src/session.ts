import type { ExitCode } from "./exit-codes.ts";

/** Where text goes. Only text that is safe for a terminal is written to it. */
export interface Channel {
  readonly write: (text: string) => void;
  readonly color: boolean;
}

/** What a command has of the world around it. */
export interface Session {
  /** Absolute path of the folder that relative paths start from. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: Channel;
  readonly err: Channel;
  /** Sets how the run ends; the last call counts. */
  readonly exit: (code: ExitCode) => void;
}

/** FORCE_COLOR decides, then NO_COLOR (https://no-color.org), else whether a person looks at the stream. */
export function wantsColor(env: Session["env"], isTerminal: boolean): boolean {
  const force = env["FORCE_COLOR"];
  if (force !== undefined) return force !== "0" && force !== "false";
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  return isTerminal && env["TERM"] !== "dumb";
}
