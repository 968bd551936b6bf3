export { checkEncrypted, type Link } from './stores/connection.ts'
export type { Quota, QuotaClaim } from './stores/quota.ts'
export { type MemoryReplaysOptions, memoryReplays, type ReplayStore } from './stores/replays.ts'
