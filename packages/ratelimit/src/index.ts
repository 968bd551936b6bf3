export type { BlockTarget } from './blocklist/block.ts'
export {
  type BlocklistEntry,
  type BlockStore,
  type MemoryBlocksOptions,
  memoryBlocks,
} from './blocklist/block-store.ts'
export { type Blocklist, type BlocklistOptions, type BlockOptions, blocklist } from './blocklist/blocklist.ts'
export type { AutomaticBlocks } from './blocklist/strikes.ts'
export type { FieldOptions } from './fields.ts'
export {
  type FlexibleLimiter,
  type FlexibleResult,
  type FlexibleSettings,
  flexibleRateLimits,
} from './flexible-rate-limits.ts'
export { addressKey, type KeyFunction, type LimitBy } from './key.ts'
export type { Strikes } from './limited-check.ts'
export { type MemoryRateLimits, type MemoryRateLimitsOptions, memoryRateLimits } from './memory/memory-rate-limits.ts'
export type { OverrideOptions } from './overrides.ts'
export {
  fixedWindow,
  type Policy,
  slidingWindow,
  type TokenBucketOptions,
  tokenBucket,
  type WindowOptions,
} from './policy.ts'
export { type QuotaOptions, quota } from './quota.ts'
export { type RateLimitOptions, rateLimit } from './rate-limit.ts'
export { type CostFunction, chargeFailures, chargeSuccesses, type Settlement } from './settlement.ts'
export type { Ledger, LimiterDefinition, RateLimitStore, Standing, Taken } from './store.ts'
export type { StoreLossOptions } from './store-loss.ts'
export { DEFAULT_TIERS, type TieredRateLimitOptions, type Tiers, tieredRateLimit } from './tiered-rate-limit.ts'
