import {
  digestOf,
  type JsonObject,
  type KeptArguments,
  type KeptResult,
  type PolicyIr,
  type PreparedDetector,
  read,
  type Value,
} from "@mcpolicy/core";
import { type Find, redact, redactValue } from "./redact.ts";
import type { ToolResult } from "./tool-result.ts";

/** What records may keep of calls and results, by `audit` (language.md, section 3). Never throws: on a failure nothing is kept. */
export interface Recorder {
  readonly arguments: (args: JsonObject) => KeptArguments;
  readonly result: (result: ToolResult) => KeptResult;
}

/** From least to most. */
const ofArguments = ["keys", "hashed", "full"] as const;
const ofResults = ["size", "full"] as const;

/**
 * What `audit` of a policy and of all that it narrows lets records keep: the least that any of them says, what any of them masks being
 * masked, names and digests included; digests of arguments and sizes of results where none says anything. Throws where a detector cannot
 * be read.
 */
export function recorderOf(ir: PolicyIr): Recorder {
  const said = withNarrowed(ir).flatMap(({ deployment }) =>
    deployment?.audit === undefined ? [] : [deployment.audit],
  );
  const least = <Kept extends string>(order: readonly Kept[], name: string, otherwise: Kept): Kept => {
    const levels = said.flatMap((audit) => order.filter((each) => each === audit[name]));
    return order.find((each) => levels.includes(each)) ?? otherwise;
  };
  const args = least(ofArguments, "arguments", "hashed");
  const results = least(ofResults, "results", "size");
  const find = finderOf(said.flatMap(({ redact: detectors }) => (detectors as readonly Value[] | undefined) ?? []));
  return {
    arguments(given) {
      try {
        return keptOf(redactValue(given, find) as JsonObject, args);
      } catch {
        return { kept: "keys", names: [] };
      }
    },
    result(given) {
      try {
        const size = new TextEncoder().encode(JSON.stringify(given)).length;
        return results === "size"
          ? { kept: "size", size }
          : { kept: "full", size, result: redact(given, find) as JsonObject };
      } catch {
        return { kept: "size", size: 0 };
      }
    },
  };
}

function keptOf(masked: JsonObject, kept: KeptArguments["kept"]): KeptArguments {
  switch (kept) {
    case "keys":
      return { kept, names: Object.keys(masked) };
    case "hashed": {
      const digests = Object.entries(masked).map(([name, value]) => [name, digestOf(value)] as const);
      return { kept, digests: Object.fromEntries(digests) };
    }
    case "full":
      return { kept, values: masked };
  }
}

function finderOf(detectors: readonly Value[]): Find {
  const prepared = detectors.map((value) => {
    const detector = read({ kind: "detector" }, value, undefined);
    if (detector === undefined) throw new Error("`audit` names a detector that this runtime has not got");
    return detector as unknown as PreparedDetector;
  });
  return (text) => prepared.flatMap(({ find }) => find(text));
}

function withNarrowed(ir: PolicyIr): readonly PolicyIr[] {
  return [ir, ...(ir.narrows ?? []).flatMap(withNarrowed)];
}
