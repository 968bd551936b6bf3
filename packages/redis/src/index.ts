export { type RedisApiKeysOptions, redisApiKeys } from './redis-api-keys.ts'
export { type RedisReplaysOptions, redisReplays } from './redis-replays.ts'
export { type RedisRevocationsOptions, redisRevocations } from './redis-revocations.ts'
