export { type RedisApiKeysOptions, redisApiKeys } from './redis-api-keys.ts'
export { type RedisRevocationsOptions, redisRevocations } from './redis-revocations.ts'
