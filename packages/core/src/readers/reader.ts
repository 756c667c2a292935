import type { PlainKind } from "../type.ts";
import type { Value } from "../value.ts";

/**
 * From a JSON value to the canonical value of a type, or to `undefined`: *unreadable*, the source of every unknown.
 * Total and pure: never throws, whatever it is given, in time linear in the size of the value.
 */
export interface Reader {
  readonly kind: PlainKind;
  /** `root` is the canonical directory below which relative paths of this server hang, where it has one. */
  readonly read: (value: Value, root: string | undefined) => Value | undefined;
  /** Why `read` gives `undefined` for it, as half a sentence: "it has a `..` segment". Empty where it is readable. */
  readonly why: (value: Value, root: string | undefined) => string;
}
