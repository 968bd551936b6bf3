export type { Quota, QuotaClaim } from './stores/quota.ts'
export { type MemoryReplaysOptions, memoryReplays, type ReplayStore } from './stores/replays.ts'
