export { compile } from "./artifact.ts";
export { generatedEngine } from "./generated.ts";
export { lower } from "./lower.ts";
export type { Kernel, KernelPart } from "./module/kernel.ts";
export { ModuleError } from "./module/module-error.ts";
export { type MappedSource, type PolicyModule, toModule } from "./module/to-module.ts";
export { egressOf, type ServerEgress } from "./network/egress.ts";
export {
  defaultServer,
  defaultSettings,
  type EgressSettings,
  type IsolationSettings,
  type Mount,
  type ServerSettings,
  serverSettings,
} from "./network/settings.ts";
export { type Rewrite, rewrites, simplify } from "./simplify.ts";
export { toJavascript } from "./to-javascript.ts";
export { toJsonSchema } from "./to-json-schema.ts";
export { type NetworkFile, type NetworkTarget, networkTargets, toNetwork } from "./to-network.ts";
