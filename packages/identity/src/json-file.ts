import { readFileSync } from "node:fs";
import { intake, type Value } from "@mcpolicy/core";
import { SettingsError } from "./settings-error.ts";

/** The JSON in a file, read as strictly as a request. Throws a `SettingsError` where there is none. */
export function jsonIn(path: string): Value {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (problem) {
    throw new SettingsError(`cannot read ${path}: ${(problem as Error).message}`);
  }
  const taken = intake(bytes);
  if (taken.kind === "value") return taken.value;
  throw new SettingsError(`${path} holds no JSON: ${taken.why}`);
}
