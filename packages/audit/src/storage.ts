export { type Alarm, alarmOf } from './alarm.ts'
export { type ChainHead, type Extension, extend } from './trail/chain.ts'
export { GroupCommit, type GroupCommitOptions, type Pending } from './trail/group-commit.ts'
export {
  checkTrailOptions,
  closeOrphan,
  intendTo,
  Recorder,
  type RecorderOptions,
  type RecordStorage,
  recordTo,
} from './trail/recorder.ts'
export { genesisOf, segmentName } from './trail/segment-header.ts'
export type { CheckpointsText, Line, LogSource, SegmentSource } from './verify/log-source.ts'
export { trailReport } from './verify/verify-trail.ts'
