/** What a log of decisions shows. */
export interface LogSeen {
  readonly folder: string;
  /** Why it does not verify, one sentence each; none where it does. */
  readonly wrong: readonly string[];
  /** A key from outside vouches for it. */
  readonly isVouchedFor: boolean;
  readonly decisions: number;
  /** Calls that were let through and of which no outcome is written. */
  readonly open: number;
  /** Rules that made a decision, by id. */
  readonly rules: ReadonlySet<string>;
  /** Policies that decided, by digest, the latest last. */
  readonly policies: readonly string[];
  /** Of the first and the last decision, epoch milliseconds. */
  readonly since: number | undefined;
  readonly until: number | undefined;
}
