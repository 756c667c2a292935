import type { Detector } from "../detectors/detector.ts";
import { detectors } from "../detectors/index.ts";
import { compileRegex, compileRegexSearch } from "../regular/regex.ts";
import { isRecord, type Value } from "../value.ts";
import { isPrepared, prepare } from "./prepared.ts";
import { isNot, type Reader, type Reading, reader } from "./reader.ts";

/** A detector that a policy names, prepared once. */
export interface PreparedDetector extends Detector {
  readonly prepared: "detector";
}

/**
 * The name of a built-in detector, or `{ regex: "[A-Z]{2}[0-9]{6}" }`, what a policy writes as `let NAME = /…/`: it finds whatever lies
 * in some match, however matches overlap.
 */
export const detector: Reader = reader("detector", (value): Reading => {
  if (isPrepared(value, "detector")) return { value };
  const made = typeof value === "string" ? builtIn(value) : ofRegex(value);
  return typeof made === "string"
    ? { why: made }
    : { value: prepare<PreparedDetector>({ prepared: "detector", ...made }) };
});

function builtIn(name: string): Detector | string {
  return detectors.get(name) ?? "there is no detector of this name";
}

function ofRegex(value: Value): Detector | string {
  const source = isRecord(value) && Object.keys(value).length === 1 ? value["regex"] : undefined;
  if (typeof source !== "string") return isNot(value, "a detector");
  const whole = compileRegex(source);
  if (!whole.ok) return whole.error.message;
  const anywhere = compileRegexSearch(source);
  if (!anywhere.ok) return anywhere.error.message;
  return { name: `/${source}/`, find: anywhere.find, matches: whole.pattern.matches };
}
