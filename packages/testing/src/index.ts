export { disagreement } from "./agreement.ts";
export { type ApprovalsCase, type ApprovalsUnderTest, approvalsCases, exampleQuestion } from "./approvals-suite.ts";
export { checkSuite } from "./check-suite.ts";
export { type DriverCase, type DriversUnderTest, driverCases, driverWindows, playDriver } from "./drivers-suite.ts";
export { knownKeys, mapping, Problems, shape } from "./expect-tree.ts";
export { readFixture } from "./fixture.ts";
export {
  decideByReference,
  listByReference,
  type ReferenceStep,
  stepByReference,
  truthsByReference,
  type Violations,
} from "./reference.ts";
export { answerByReference, type ReferenceAnswer, type ResultMeans } from "./reference-result.ts";
export { reporters } from "./reporters/index.ts";
export type { Reporter } from "./reporters/reporter.ts";
export { type RevocationsCase, type RevocationsUnderTest, revocationsCases } from "./revocations-suite.ts";
export { type CaseResult, defaultTime, type Failure, runSuite, type Status, type Subject, subjectOf } from "./run.ts";
export { type FixtureRun, type Prepared, type PreparedPolicy, runFixture } from "./run-fixture.ts";
export { eventDifference, resultDifference } from "./run-step.ts";
export { sliceOf } from "./slice.ts";
export type { Action, Ask, Caller, Case, Expectation, Facts, Located, Step, Suite } from "./suite.ts";
export { exitCodeOf, isInvalid, type Totals, totalsOf } from "./totals.ts";
export { jsonOf, type MapTree, readTree, type Tree } from "./tree.ts";
