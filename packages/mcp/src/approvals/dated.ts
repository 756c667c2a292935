import { toHex } from "@mcpolicy/core";

/** How far the clock of a store may be behind: what is asked through it dates from that much earlier, or the proof would be of the future. */
const SKEW = 5_000;

/**
 * The instant that a proof dates from: when it was asked for, so that `valid` bounds the whole wait. All in epoch milliseconds; `until` is when the
 * question is over.
 */
export function datedFrom({ asked, until }: { readonly asked: number; readonly until: number }): number {
  return asked - Math.min(SKEW, (until - asked) / 10);
}

/** 128 random bits in hex: the id under which an answer is spent. */
export function newNonce(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(16)));
}
