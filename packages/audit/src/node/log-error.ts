/** What a log can refuse. */
export type LogErrorCode =
  /** There is no log in the folder. */
  | "absent"
  /** There is a log in the folder already. */
  | "present"
  /** Another process writes to it, or may. */
  | "locked"
  /** What is there is not what was signed; nothing is added to it. */
  | "damaged"
  /** The key is not the log's. */
  | "wrong-key"
  /** It cannot be written to now, or not any more; a record was not kept. */
  | "away"
  /** It was closed. */
  | "closed"
  /** The record is none, or too large. */
  | "record";

/** A log did not do what it was asked to. The message says what happens meanwhile and what to do. */
export class LogError extends Error {
  override readonly name = "LogError";
  readonly code: LogErrorCode;

  constructor(code: LogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
