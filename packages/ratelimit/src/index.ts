export type { BlockTarget } from './blocklist/block.ts'
export { type BlocklistEntry, type BlockStore, memoryBlocks } from './blocklist/block-store.ts'
export { type Blocklist, type BlocklistOptions, blocklist } from './blocklist/blocklist.ts'
export { copyTaken } from './copy-taken.ts'
export type { FieldOptions } from './fields.ts'
export { type FlexibleLimiter, type FlexibleResult, type FlexibleSettings, flexibleStore } from './flexible-store.ts'
export type { KeyFunction, LimitBy } from './key.ts'
export { type MemoryRateLimits, type MemoryRateLimitsOptions, memoryRateLimits } from './memory/memory-rate-limits.ts'
export type { OverrideOptions } from './override-cache.ts'
export {
  type Duration,
  fixedWindow,
  type Policy,
  slidingWindow,
  type TokenBucketOptions,
  tokenBucket,
  type WindowOptions,
} from './policy.ts'
export { type QuotaOptions, quota } from './quota.ts'
export { chargeFailures, chargeSuccesses, type RateLimitOptions, rateLimit, type Settlement } from './rate-limit.ts'
export type { Ledger, LimiterDefinition, RateLimitStore, Standing, Taken } from './store.ts'
export type { StoreLossOptions } from './store-loss.ts'
export { openName } from './store-name.ts'
export { DEFAULT_TIERS, type TieredRateLimitOptions, type Tiers, tieredRateLimit } from './tiered-rate-limit.ts'
