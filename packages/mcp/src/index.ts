export {
  type Answered,
  type Answering,
  answerQuestion,
  type GivenAnswer,
  openQuestion,
  openQuestions,
  type SeenQuestion,
} from "./approvals/answering.ts";
export { type ApprovalChannelOptions, approvalChannel } from "./approvals/channel.ts";
export { proofsOf } from "./approvals/proofs.ts";
export { type Post, type Webhook, type WebhookOptions, webhook } from "./approvals/webhook.ts";
export type { ApprovalChannel, ApprovedCall, Asking, Brought, Lacking } from "./approvals.ts";
export { linesSink, logLine } from "./audit/lines-sink.ts";
export { type MemorySink, memorySink } from "./audit/memory-sink.ts";
export { type Caller, nobody } from "./caller.ts";
export { Connection, type ConnectionOptions } from "./connection/connection.ts";
export type { About, Along, Ends } from "./connection/ends.ts";
export { abilities } from "./decide/abilities.ts";
export type { Asked, Decided } from "./decide/decided.ts";
export { Enforcer, type EnforcerOptions, type Judged } from "./decide/enforcer.ts";
export { verifiedCaller } from "./guard/auth.ts";
export { type Guard, type GuardedServer, type GuardOptions, guard, guardOf } from "./guard/guard.ts";
export type { GuardedTransport, MessageExtra, SendOptions } from "./guard/transport.ts";
export { InOrder, isLater, type Maybe } from "./maybe.ts";
export { type MethodRow, methodRow, methods, type Side } from "./methods/methods.ts";
export { type Change, changesOf } from "./pins/changes.ts";
export { type Lookalike, lookalikes } from "./pins/confusable.ts";
export { Definitions, type DefinitionsOptions } from "./pins/definitions.ts";
export { type Difference, type Held, holdAgainstPins, type Pins } from "./pins/hold.ts";
export type { EnforcedPolicy } from "./policy.ts";
export { cleanText, cleanValue } from "./results/clean.ts";
export type { Dispatcher, ElicitationSettings, SamplingSettings, Settings } from "./settings.ts";
export { type MemoryTasksOptions, memoryTasks, type OwnedTask, type TaskOwners } from "./tasks/owners.ts";
export {
  type Challenge,
  DECISION_META,
  type Denied,
  denial,
  denials,
  type Flaw,
  flaw,
  noRight,
  type Profile,
  type Transport,
  usualUnknown,
  type WireForm,
} from "./wire/denial.ts";
export { type Bounds, callerBounds, type Intake, idOfRefused, intake, serverBounds } from "./wire/intake.ts";
export { lineOf } from "./wire/line-of.ts";
export { type Answer, type Era, type Id, type Message, revisions, toMessage } from "./wire/message.ts";
