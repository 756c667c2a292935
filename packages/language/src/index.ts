export type * from "./ast.ts";
export type { Files } from "./files.ts";
export { format } from "./format.ts";
export { grammarText } from "./grammar-text.ts";
export { type Longest, type Memory, memoryOf } from "./memory.ts";
export { parse } from "./parse.ts";
export { pinsFromListing, readPins } from "./pins.ts";
export { type Checked, checkPolicy } from "./pipeline.ts";
export { print, printExpression, printOperation } from "./print.ts";
export { type SchemaWarning, typeOfSchema } from "./tools.ts";
export type {
  CheckedAssert,
  CheckedBranch,
  CheckedCheck,
  CheckedLabel,
  CheckedLimit,
  CheckedPolicy,
  CheckedRedact,
  CheckedRequire,
  CheckedRule,
  CheckedRuleHead,
  CheckedServer,
  CheckedTool,
  TypedCondition,
  TypedEvents,
  TypedOperand,
  TypedReference,
  TypedTally,
} from "./typed.ts";
export { childrenOf, expressionsOf, fold, walk } from "./visit.ts";
