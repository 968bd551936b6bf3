export { type Connections, checkRowSecurity, migrateRowSecurity, withPrincipal } from './access/row-security.ts'
export { type AuditTablesOptions, auditTables } from './audit/audit-tables.ts'
export { type VerifyPostgresTrailOptions, verifyPostgresTrail } from './audit/postgres-logs.ts'
export { type PostgresTrail, postgresTrail } from './audit/postgres-trail.ts'
export type { PostgresTrailOptions } from './audit/trail-options.ts'
export { type AuthTablesOptions, authTables } from './auth/auth-tables.ts'
export { type PostgresApiKeysOptions, postgresApiKeys } from './auth/postgres-api-keys.ts'
export { type PostgresReplaysOptions, postgresReplays } from './auth/postgres-replays.ts'
export { type PostgresRevocationsOptions, postgresRevocations } from './auth/postgres-revocations.ts'
export { type PostgresSessionsOptions, postgresSessions } from './auth/postgres-sessions.ts'
export { type BlockTablesOptions, blockTables } from './blocks/block-tables.ts'
export { type PostgresBlocksOptions, postgresBlocks } from './blocks/postgres-blocks.ts'
export type { LendingPool, PostgresClient, PostgresConnection, PostgresPool } from './client.ts'
export { migrate } from './migrations/migrate.ts'
export { migrationSql } from './migrations/migration-sql.ts'
export type { Tables } from './migrations/tables.ts'
export type { PostgresOptions } from './postgres-options.ts'
export {
  type PostgresRateLimits,
  type PostgresRateLimitsOptions,
  postgresRateLimits,
} from './rate-limits/postgres-rate-limits.ts'
export { type RateLimitTablesOptions, rateLimitTables } from './rate-limits/rate-limit-tables.ts'
