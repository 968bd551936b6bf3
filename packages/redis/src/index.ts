export type { LeaseOptions } from './rate-limit/leased-ledger.ts'
export { type RedisRateLimitOptions, redisRateLimitStore } from './rate-limit/redis-rate-limit-store.ts'
export type { ScriptRunner } from './rate-limit/script.ts'
