import { type OperandIr, read } from "@mcpolicy/core";
import type { Find } from "./redact.ts";

/**
 * Where any of these detectors finds something. Throws where one cannot be read: then the result is held back.
 */
export function finderOf(detectors: readonly OperandIr[]): Find {
  for (const detector of detectors) {
    const value = detector.kind === "constant" ? read(detector.as, detector.value, undefined) : undefined;
    if (value === undefined) throw new Error("a `redact` names a detector that this runtime has not got");
  }
  throw new Error("this runtime has no detectors");
}
