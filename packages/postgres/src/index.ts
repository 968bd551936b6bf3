export { AUTH_TABLES } from './auth-tables.ts'
export { type PostgresApiKeysOptions, postgresApiKeys } from './postgres-api-keys.ts'
export { type PostgresReplaysOptions, postgresReplays } from './postgres-replays.ts'
export { type PostgresRevocationsOptions, postgresRevocations } from './postgres-revocations.ts'
