export { type Disk, diskAt, type EndOfFile } from "./disk.ts";
export { type Finding, type FindingCode, findingCodes } from "./findings.ts";
export { type AuditLog, createAuditLog, openAuditLog } from "./log.ts";
export { LogError, type LogErrorCode } from "./log-error.ts";
export type { Durability, LogEvent, LogOptions } from "./log-options.ts";
export { nodeHasher } from "./node-hasher.ts";
export { type FoundRecord, findRecord, proveRecord } from "./prove-record.ts";
export { type ReadOptions, type ReadRecords, readRecords } from "./read-records.ts";
export { type KeptCheckpoint, type LogReport, type VerifyOptions, verifyLog } from "./verify-log.ts";
