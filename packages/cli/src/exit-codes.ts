/** How a run of `policy` ends, the same for each command. */
export const exitCodes = {
  /** Nothing to report. */
  fine: 0,
  /** It worked, and found something: a failed test, a file out of form, too many warnings. */
  findings: 1,
  /** A policy, fixture or configuration is invalid. */
  invalid: 2,
  /** A bug of ours. */
  bug: 3,
  /** Wrong usage: an unknown flag, a file that is not there. */
  usage: 4,
  /** No policy found, no test matched, and `--allow-empty` not given. */
  empty: 5,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The caller asked for something that cannot be: shown as `error: MESSAGE`, exit code 4. The message may hold text of theirs. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
