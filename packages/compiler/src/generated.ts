import type { Engine, EngineFactory } from "@mcpolicy/core";
import { kit } from "./kit.ts";
import { policyFunction } from "./to-javascript.ts";

/** The engine that runs generated code, made once with `new Function`. The code reaches the kit and nothing else of ours. */
export const generatedEngine: EngineFactory = (ir) => {
  const make = new Function(`return ${policyFunction(ir).text};`)() as (given: typeof kit) => Engine["permits"];
  return { name: "generated", permits: make(kit) };
};
