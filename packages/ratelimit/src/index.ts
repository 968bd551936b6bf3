export { copyTaken } from './copy-taken.ts'
export type { FieldOptions } from './fields.ts'
export type { KeyFunction, LimitBy } from './key.ts'
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from './memory/memory-store.ts'
export {
  type Duration,
  fixedWindow,
  type Policy,
  slidingWindow,
  type TokenBucketOptions,
  tokenBucket,
  type WindowOptions,
} from './policy.ts'
export { chargeFailures, chargeSuccesses, type RateLimitOptions, rateLimit, type Settlement } from './rate-limit.ts'
export type { Ledger, LimiterDefinition, RateLimitStore, Standing, Taken } from './store.ts'
export type { StoreLossOptions } from './store-loss.ts'
export { openName } from './store-name.ts'
