import type { EmphasisName } from "../agreement/emphases.ts";

/** A fault to be seeded into one source: `find` occurs there exactly once. */
export interface Fault {
  readonly name: string;
  /** Below `packages/`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** What a policy must hold to show it, where random ones hold that seldom. */
  readonly shownBy?: EmphasisName;
}
