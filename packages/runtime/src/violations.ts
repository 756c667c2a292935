import { distinctViolations, inWords, pointerToken, type Violation } from "@mcpolicy/core";
import type { ErrorObject } from "ajv";

/** Keywords that say of a field what is wrong with it, and the parameter that holds the field's name. */
const ofField: Readonly<Record<string, string>> = {
  required: "missingProperty",
  additionalProperties: "additionalProperty",
  unevaluatedProperties: "unevaluatedProperty",
};

/** ajv's errors as violations: where, and what was expected there. The same one is told once, and no more than 16. */
export function toViolations(errors: readonly ErrorObject[]): readonly Violation[] {
  return distinctViolations(
    errors.map(({ keyword, instancePath, params, message }) => {
      const field = Object.hasOwn(ofField, keyword) ? params[ofField[keyword] ?? ""] : undefined;
      const pointer = instancePath + (typeof field === "string" ? `/${pointerToken(field)}` : "");
      return { pointer, expected: inWords(keyword, params) ?? message ?? "a value that fits the schema" };
    }),
  );
}
