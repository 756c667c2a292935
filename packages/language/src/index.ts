export type * from "./ast.ts";
export type { Files } from "./files.ts";
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
