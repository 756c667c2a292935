export { advance, asOf, isCarried, isInFlight, latestInstant, type Windows } from "./advance.ts";
export { type Artifact, artifactStart, artifactText } from "./artifact.ts";
export { type Atom, argumentPointers, referencesOf, referencesOfAtom } from "./atom-references.ts";
export type {
  AuditedCaller,
  AuditedProof,
  AuditedRule,
  AuditRecord,
  AuditSink,
  DecisionRecord,
  KeptResult,
  KeptValues,
  LogNotice,
  NoticeRecord,
  OutcomeRecord,
} from "./audit-record.ts";
export { type CallRule, type CallSort, callRules } from "./call-rules.ts";
export { allOf, anyOf, Code, identifier, joinCode, js, type Splice } from "./code.ts";
export { byCost, cheapestFirst, costOf } from "./cost.ts";
export {
  type DecidingRule,
  type Decision,
  denied,
  type Effect,
  fault,
  type Kept,
  type MissingDuty,
  type NearestAllow,
  type Obligation,
  type Place,
  type Reason,
  reasons,
  type SeenAtom,
  type Told,
  type Violation,
} from "./decision.ts";
export type { Detector, Found } from "./detectors/detector.ts";
export { detectors } from "./detectors/index.ts";
export {
  canonicalJson,
  definitionPin,
  digestOf,
  digestOfText,
  type PinnedKind,
  pinnedPart,
  pinOf,
} from "./digest.ts";
export { type Dispatcher, dispatch, dispatchByServer, dispatcher, type Speaking, type Subject } from "./dispatch.ts";
export { durationText } from "./duration.ts";
export {
  type Endpoint,
  type EndpointHost,
  endpointText,
  hostText,
  includes,
  meet,
  type Networked,
  networkOf,
  parseEndpoint,
  reaches,
} from "./endpoint.ts";
export type { Engine, EngineFactory } from "./engine.ts";
export { messageOf } from "./failure.ts";
export { frozen } from "./frozen.ts";
export { givingRoles } from "./giving-roles.ts";
export { fromHex, toHex } from "./hexadecimal.ts";
export {
  carriesTest,
  type EventsTests,
  type EventTests,
  happenedTest,
  momentWithIts,
  type Remembering,
  tallyTest,
} from "./history-tests.ts";
export { type Intake, type IntakeBounds, intake, intakeBounds } from "./intake.ts";
export { escapeInvisible } from "./invisible.ts";
export {
  type BranchIr,
  type ConditionIr,
  type DeploymentIr,
  type DutyIr,
  type EventsIr,
  type EventVerb,
  IR_VERSION,
  type LabelIr,
  type LimitIr,
  type LimitKeyIr,
  type OperandIr,
  type OperationIr,
  type PolicyIr,
  type RedactIr,
  type ReferenceIr,
  type RequireIr,
  type RuleHeadIr,
  type RuleIr,
  type Seen,
  type ServerIr,
  type TallyIr,
  type ToolIr,
  type WhoIr,
} from "./ir.ts";
export { isOfIts } from "./its-root.ts";
export { pointerToken } from "./json-pointer.ts";
export { operandParts } from "./operand-parts.ts";
export { matchesName } from "./operation-names.ts";
export { type ExampleReading, exampleReadings } from "./operators/examples.ts";
export { operatorById, operators, operatorsSpelled } from "./operators/index.ts";
export { isPrivateHost } from "./operators/network.ts";
export {
  call,
  type Example,
  type FastOperand,
  type Level,
  type Operator,
  type Shape,
  type Signature,
} from "./operators/operator.ts";
export { isScalar, type Scalar } from "./operators/scalar.ts";
export { isPathName, pathWords } from "./path-names.ts";
export { digestsBeside, isToolName, type Listing, type Origin, pinFileOf } from "./pin-file.ts";
export type { PinFile, PinnedDigests, PinnedTool } from "./pins.ts";
export { localRanges, privateRanges } from "./private-ranges.ts";
export { commandGlobs } from "./readers/command.ts";
export type { PreparedDetector } from "./readers/detector.ts";
export { hostOf, isAddressHost, isInDomain } from "./readers/domain.ts";
export { read, readers, whyUnreadable } from "./readers/index.ts";
export type { Reader } from "./readers/reader.ts";
export type { Url } from "./readers/url.ts";
export { itsOf, type Recalled, type Recollection, recall } from "./recall.ts";
export { complementOf, type Dfa, intersect, isEmpty, product, shortestWord } from "./regular/dfa.ts";
export { compileForeign } from "./regular/foreign.ts";
export { compileGlob } from "./regular/glob.ts";
export type { Compiled, Pattern } from "./regular/match.ts";
export { type GlobException, globExceptions } from "./regular/micromatch-exceptions.ts";
export { type PlainTest, plainTestOf } from "./regular/plain-test.ts";
export { compileRegex } from "./regular/regex.ts";
export type { PatternError } from "./regular/syntax.ts";
export { compilerIn, type PatternTable, tableOf } from "./regular/table.ts";
export { regexToEcmascript } from "./regular/to-ecmascript.ts";
export type { Context, Operation, Principal, Request } from "./request.ts";
export { matchesResource, readResourceUri, resourceLanguage, resourcePattern } from "./resource-uri.ts";
export { issuedBeforeOf, nameOfRevocation, namesOfToken } from "./revocation-names.ts";
export { type RecordSalt, recordSalt, saltedDigest } from "./salted-digest.ts";
export { distinctViolations } from "./schema/check.ts";
export { type Dialect, dialectOf } from "./schema/dialect.ts";
export type { Format, Formats, Schema } from "./schema/keyword.ts";
export { keywordNames } from "./schema/keywords/index.ts";
export { isAtLeast, isAtMost } from "./schema/keywords/limits.ts";
export { areUnique } from "./schema/keywords/lists.ts";
export { type PathDemand, pathTest } from "./schema/path-demand.ts";
export { plainChecker } from "./schema/plain-checker.ts";
export { type SchemaChecker, type SchemaOptions, schemaChecker } from "./schema/schema-checker.ts";
export { type SchemaModule, schemaCode } from "./schema/schema-code.ts";
export { schemaPattern, UNENFORCED_LENGTH } from "./schema/schema-pattern.ts";
export { inWords } from "./schema/words.ts";
export {
  type CallerKey,
  callerKeyOf,
  emptyState,
  type HeldLabel,
  type PastCall,
  type Proof,
  type State,
  type StateEvent,
  type Take,
  type TenantKey,
  tenantKeyOf,
} from "./state.ts";
export { defaultStateBounds, type StateBounds } from "./state-bounds.ts";
export type {
  ApprovalAnswer,
  ApprovalQuestion,
  ApprovalState,
  Approvals,
  AskOptions,
  CommitResult,
  LimitNeed,
  RevocableToken,
  Revocation,
  Revocations,
  StateDriver,
  StateNeed,
  StateRead,
} from "./state-driver.ts";
export { type Counted, compareRange, countRange, distinctRange, type Range, sumRange, textOfValue } from "./tally.ts";
export { type Facts, toolFacts } from "./tool-facts.ts";
export { all, and, any, isPossibly, isSurely, not, or, type Truth } from "./truth.ts";
export type { ConstantKind, Field, PlainKind, Type } from "./type.ts";
export {
  fieldNames,
  fieldOf,
  isAssignable,
  joinTypes,
  matchSignature,
  membersOf,
  type OperandView,
  patternShapes,
  type SignatureMatch,
  showShape,
  showType,
  typeOfConstant,
} from "./type-relations.ts";
export { absent, equal, isRecord, type JsonObject, type Prepared, step, type Value } from "./value.ts";
