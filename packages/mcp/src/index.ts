export {
  DECISION_META,
  type Denied,
  denial,
  denials,
  type Flaw,
  flaw,
  type Profile,
  usualUnknownTool,
} from "./denial.ts";
export { filterTools, type ToolFilter } from "./filter.ts";
export { type Bounds, callerBounds, type Intake, intake, serverBounds } from "./intake.ts";
export { type LogRecord, logLine } from "./log.ts";
export { type Answer, type Era, type Id, type Message, toMessage } from "./message.ts";
export { type MethodRow, methodRow, methods, type Side } from "./methods.ts";
export { type Difference, type HeldTools, holdAgainstPins } from "./pins.ts";
export type { EnforcedPolicy } from "./policy.ts";
export { Session, type SessionOptions } from "./session.ts";
export { unenforced } from "./unenforced.ts";
