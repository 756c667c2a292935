/** What verifying a log can find. Each means that the log is not to be relied upon as it is; the table says why. */
export const findingCodes = {
  "checkpoint-missing": "without a signed head nobody vouches for the records",
  "checkpoint-refused": "the head of the log is not signed by a key that is trusted, or its text was changed",
  "records-missing": "records that were signed are not there any more",
  "records-changed": "the records are not those that were signed: one or more were changed, left out, put in or moved",
  "record-changed": "this record is not the one that was logged",
  "records-unsigned":
    "records came after the last signature; whoever can write to the folder could have put them there",
  "records-torn": "the last line is no whole record",
  "kept-refused": "the checkpoint that was kept apart cannot be held against the log",
  "kept-differs": "the log is another one than when the checkpoint was kept: it was rewritten, or two logs were shown",
  "kept-longer": "the log once had more records than now: it was cut back",
  "tile-missing": "hashes that prove records are missing",
  "tile-changed": "hashes that prove records were changed",
  "tile-unknown": "hashes that belong to no record of the log",
  "pruned-unsaid": "records are gone, and the log does not say that they were deleted",
  "key-unvouched": "a key is named that nothing in the log vouches for",
  "key-change-refused": "the head at which keys changed is not what the log says",
} as const;

export type FindingCode = keyof typeof findingCodes;

/** One thing that is wrong with a log. `where`: a path below its folder, or what was given beside it. */
export interface Finding {
  readonly code: FindingCode;
  readonly where: string;
  readonly text: string;
}
