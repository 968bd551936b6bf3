import { type TrailReport, type VerifyOptions, verifyLog } from '@ashlar/audit'
import { genesisOf, type Line, type LogSource, segmentName, trailReport } from '@ashlar/audit/storage'
import type { Pool } from 'pg'

const PAGE = 5000

/**
 * Verifies every log of a trail on PostgreSQL. `signer` is the name of the key that signs it.
 * @example const { ok } = await verifyPostgresTrail(pool, 'trail.example.com', { verifiers: [checkpointVerifier(key)] })
 */
export async function verifyPostgresTrail(pool: Pool, signer: string, options: VerifyOptions): Promise<TrailReport> {
  const { rows } = await pool.query<{ log: string }>(
    'SELECT log FROM ashlar_audit_heads UNION SELECT log FROM ashlar_audit_checkpoints ORDER BY log',
  )
  const logs = []
  for (const { log } of rows) logs.push(await verifyLog(postgresLog(pool, log, `${signer}/${log}`), options))
  return trailReport(logs, options)
}

function postgresLog(pool: Pool, log: string, origin: string): LogSource {
  return {
    place: `ashlar_audit_records ${log}`,
    async checkpoints() {
      const { rows } = await pool.query<{ note: string }>(
        'SELECT note FROM ashlar_audit_checkpoints WHERE log = $1 ORDER BY size',
        [log],
      )
      return { notes: rows.map(({ note }) => note), rest: '' }
    },
    segments: async () => [
      {
        name: segmentName(1),
        header: async () => ({ origin, first: 1, prev: genesisOf(origin), frontier: [], open: [] }),
        lines: () => pages(pool, log),
      },
    ],
    closed: async () => false,
  }
}

async function* pages(pool: Pool, log: string): AsyncIterable<Line[]> {
  for (let last = '-1'; ; ) {
    const { rows } = await pool.query<{ seq: string; line: string }>(
      'SELECT seq, line FROM ashlar_audit_records WHERE log = $1 AND seq > $2 ORDER BY seq LIMIT $3',
      [log, last, PAGE],
    )
    if (rows.length === 0) return
    yield rows.map(({ line }) => ({ bytes: Buffer.from(line), whole: true }))
    last = rows.at(-1)!.seq
  }
}
