import { toHex } from "@mcpolicy/core";

/** Hexadecimal digits of one id: 128 random bits. */
const LENGTH = 32;
/** Ids that are drawn at once. */
const DRAWN = 128;

/**
 * Makes what gives unique, unguessable ids, of 32 hexadecimal digits each. The random bytes are drawn ahead, and written as text at once: one
 * `randomUUID` for each id took a twentieth of a guarded call.
 */
export function randomIds(): () => string {
  let drawn = "";
  let at = 0;
  return () => {
    if (at === drawn.length) {
      drawn = toHex(crypto.getRandomValues(new Uint8Array((LENGTH / 2) * DRAWN)));
      at = 0;
    }
    at += LENGTH;
    return drawn.slice(at - LENGTH, at);
  };
}
