import type { Type } from "../type.ts";
import type { absent, Value } from "../value.ts";

/**
 * Reads a value as a type: the canonical value, or `undefined` where it is absent, unknown already, of another JSON type or not
 * readable. A list is readable where each element is; a union where a member is. Readers accept their own results. Never throws.
 */
export function read(
  type: Type,
  value: Value | undefined | typeof absent,
  root: string | undefined,
): Value | undefined {
  throw new Error(`no reader yet for ${type.kind} ${String(value)} ${root}`);
}

/** Why a value is not readable as a type, as half a sentence ("it has a `..` segment"); empty where it is. */
export function whyUnreadable(type: Type, value: Value | undefined | typeof absent, root: string | undefined): string {
  throw new Error(`no reader yet for ${type.kind} ${String(value)} ${root}`);
}
