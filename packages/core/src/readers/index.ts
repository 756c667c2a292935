import type { Type } from "../type.ts";
import { type absent, type Value } from "../value.ts";

/**
 * Reads a value as a type: the canonical value, or `undefined` where it is absent, unknown already, of another JSON type or not
 * readable. A list is readable where each element is. Never throws.
 */
export declare function read(type: Type, value: Value | undefined | typeof absent, root: string | undefined): Value | undefined;

/** Why a value is not readable as a type, as half a sentence; empty where it is. */
export declare function whyUnreadable(type: Type, value: Value | undefined | typeof absent, root: string | undefined): string;
