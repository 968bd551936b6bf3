export {
  type Connection,
  type Connections,
  checkRowSecurity,
  migrateRowSecurity,
  withPrincipal,
} from './access/row-security.ts'
export { AUDIT_TABLES, auditGrants } from './audit-tables.ts'
export { AUTH_TABLES } from './auth-tables.ts'
export { type PostgresBlocks, type PostgresBlocksOptions, postgresBlocks } from './blocklist/postgres-blocks.ts'
export { type PostgresApiKeysOptions, postgresApiKeys } from './postgres-api-keys.ts'
export { verifyPostgresTrail } from './postgres-logs.ts'
export { type PostgresReplaysOptions, postgresReplays } from './postgres-replays.ts'
export { type PostgresRevocationsOptions, postgresRevocations } from './postgres-revocations.ts'
export { type PostgresSessionsOptions, postgresSessions } from './postgres-sessions.ts'
export { type PostgresTrail, type PostgresTrailOptions, postgresTrail } from './postgres-trail.ts'
export type { Queryable } from './rate-limit/postgres-ledger.ts'
export {
  type PostgresRateLimits,
  type PostgresRateLimitsOptions,
  postgresRateLimits,
} from './rate-limit/postgres-rate-limits.ts'
