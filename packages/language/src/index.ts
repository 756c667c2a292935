export type * from "./ast.ts";
export type { Files } from "./files.ts";
export { parse } from "./parse.ts";
export type {
  CheckedAssert,
  CheckedBranch,
  CheckedCheck,
  CheckedPolicy,
  CheckedRule,
  CheckedServer,
  CheckedTool,
  TypedCondition,
  TypedOperand,
  TypedReference,
} from "./typed.ts";
