/** Something that answers the inputs of a workload. */
export interface Engine<Input> {
  /** As `--only` and the JSON output call it. */
  readonly name: string;
  /** As the table calls it: what of it is asked. */
  readonly label: string;
  /** Packages of others that it is made of; they are installed in `peers/`. */
  readonly peers?: readonly string[];
  /** A yardstick is timed and not checked: it answers nothing, or less. */
  readonly isYardstick?: boolean;
  /** Whether it is left out of `--quick`. */
  readonly isSlow?: boolean;
  /** Whether it is shown wherever targets are, though none is about it: what their words leave apart, or want to be told. */
  readonly isBesideTargets?: boolean;
  readonly load: () => Loaded<Input> | Promise<Loaded<Input>>;
}

/** An engine that is ready. */
export interface Loaded<Input> {
  /** The answer, or a promise of it where `isAsync`. */
  readonly answer: (input: Input) => unknown;
  readonly isAsync?: boolean;
  /** Whether what counts is how long an answer is waited for, by the clock on the wall: others work on it, in processes of their own. */
  readonly isWaitedFor?: boolean;
  /** A process that works for it: its time counts too. */
  readonly server?: number;
  readonly close?: () => void | Promise<void>;
}
