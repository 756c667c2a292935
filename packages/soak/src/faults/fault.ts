/** A fault to be seeded into one source: `find` occurs there exactly once. */
export interface Fault {
  readonly name: string;
  /** Below `packages/`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}
