import { type TrailReport, type VerifyOptions, verifyLog } from '@ashlar/audit'
import { genesisOf, type Line, type LogSource, segmentName, trailReport } from '@ashlar/audit/storage'
import { OptionPlace } from '@ashlar/core/options'

import type { PostgresClient } from '../client.ts'
import { checkPool, schema as schemaOption } from '../postgres-options.ts'
import { type AuditTableNames, auditTableNames } from './audit-tables.ts'

const PAGE = 5000

export interface VerifyPostgresTrailOptions extends VerifyOptions {
  /** That of `auditTables({ schema })`. Default: where the connection finds tables first. */
  readonly schema?: string
}

/**
 * Verifies every log of a trail on PostgreSQL.
 * @param signer the name of the key that signs it
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * const { ok, logs } = await verifyPostgresTrail(pool, 'trail.example.com', { verifiers: [checkpointVerifier(key)] })
 */
export async function verifyPostgresTrail(
  pool: PostgresClient,
  signer: string,
  options: VerifyPostgresTrailOptions,
): Promise<TrailReport> {
  const where = 'verifyPostgresTrail()'
  checkPool(where, pool)
  const { schema, ...verifying } = options
  const tables = auditTableNames(schemaOption(schema, new OptionPlace(where, 'schema')))
  const { rows } = await pool.query(
    `SELECT log FROM ${tables.heads} UNION SELECT log FROM ${tables.checkpoints} ORDER BY log`,
  )
  const logs = []
  for (const { log } of rows as { log: string }[]) {
    logs.push(await verifyLog(postgresLog(pool, tables, log, `${signer}/${log}`), verifying))
  }
  return trailReport(logs, verifying)
}

function postgresLog(pool: PostgresClient, tables: AuditTableNames, log: string, origin: string): LogSource {
  return {
    place: `ashlar_audit_records ${log}`,
    async checkpoints() {
      const { rows } = await pool.query(`SELECT note FROM ${tables.checkpoints} WHERE log = $1 ORDER BY size`, [log])
      return { notes: (rows as { note: string }[]).map(({ note }) => note), rest: '' }
    },
    segments: async () => [
      {
        name: segmentName(1),
        header: async () => ({ origin, first: 1, prev: genesisOf(origin), frontier: [], open: [] }),
        lines: () => pages(pool, tables, log),
      },
    ],
    closed: async () => false,
  }
}

async function* pages(pool: PostgresClient, { records }: AuditTableNames, log: string): AsyncIterable<Line[]> {
  for (let last = '-1'; ; ) {
    const { rows } = await pool.query(
      `SELECT seq, line FROM ${records} WHERE log = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
      [log, last, PAGE],
    )
    if (rows.length === 0) return
    yield (rows as { line: string }[]).map(({ line }) => ({ bytes: Buffer.from(line), whole: true }))
    last = String(rows.at(-1).seq)
  }
}
