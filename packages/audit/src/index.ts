export { type AuditLogOptions, auditLog } from './audit-log.ts'
export { type AuditedOptions, type AuditNotes, audit, audited } from './audited.ts'
export { backupTrail, restoreTrail } from './backup/backup.ts'
export type {
  Actor,
  Amount,
  AppEventName,
  AuditEvent,
  AuditEventName,
  AuditOutcome,
  AuditRecord,
  ComplianceFlag,
  TrailEventName,
  Where,
} from './event/audit-event.ts'
export { unseal } from './event/sealed-event.ts'
export { toEcs } from './format/ecs.ts'
export { type Product, toOcsf } from './format/ocsf.ts'
export type { LogEntry, Logger } from './logger.ts'
export {
  type Checkpoint,
  type CheckpointSigner,
  type CheckpointVerifier,
  checkpointSigner,
  checkpointVerifier,
  splitNotes,
} from './merkle/checkpoint.ts'
export { leafHash, MerkleTree } from './merkle/merkle-tree.ts'
export { Leaves, provesConsistency, provesInclusion } from './merkle/proof.ts'
export { processTime } from './process-time.ts'
export { type ConsistencyProof, type InclusionProof, proveConsistency, proveInclusion } from './read/prove.ts'
export { type LoggedRecord, readRecords } from './read/read-records.ts'
export {
  type ComplianceReport,
  type ControlEvidence,
  complianceReport,
  type ReportOptions,
} from './report/compliance-report.ts'
export { type Control, FRAMEWORKS, type Framework, type FrameworkName } from './report/frameworks.ts'
export { reportCsv, reportHtml } from './report/report-formats.ts'
export { requestId } from './request-id.ts'
export type { RequestRecord } from './request-record.ts'
export { type FileTrailOptions, fileTrail } from './trail/file-trail.ts'
export { type StreamTrailOptions, streamTrail } from './trail/stream-trail.ts'
export type { Intent, Receipt, Trail } from './trail/trail.ts'
export { type AppendFile, nodeFiles, type TrailFiles } from './trail/trail-files.ts'
export { auditEventOf, type TrailEventsOptions, trailEvents } from './trail-events.ts'
export { type TrailTransport, type TrailTransportOptions, trailTransport } from './trail-transport.ts'
export type { Finding, FindingKind } from './verify/finding.ts'
export { type LogReport, verifyLog } from './verify/verify-log.ts'
export type { VerifyOptions } from './verify/verify-options.ts'
export { type TrailReport, verifyTrail } from './verify/verify-trail.ts'
