export { type AgreementOptions, type AgreementReport, agreement } from "./agreement/agreement.ts";
export type { Soak, SoakOptions, SoakResult } from "./soak.ts";
export { attacks } from "./soaks/attacks.ts";
export { tokens } from "./soaks/tokens.ts";
export { tools } from "./soaks/tools.ts";
export { type TracesReport, traces } from "./soaks/traces.ts";
