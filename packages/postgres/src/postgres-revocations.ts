import type { Revocation, RevocationStore } from '@ashlar/auth'
import { checkOptionNames } from '@ashlar/core/options'
import type { Pool, PoolClient } from 'pg'

export interface PostgresRevocationsOptions {
  /** One connection of it is kept for listening while somebody watches. */
  readonly pool: Pool
}

const CHANNEL = 'ashlar_revocations'
const RECONNECT_MS = 1000

/**
 * Revocations on PostgreSQL: a table that every process reads from where it was, and a notification that tells it to look.
 * The tables are in `AUTH_TABLES`.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`
 */
export function postgresRevocations(options: PostgresRevocationsOptions): RevocationStore {
  checkOptionNames('postgresRevocations()', options, ['pool'])
  const { pool } = options
  return {
    async add({ kind, issuer, id, before, until }) {
      // One at a time, so that positions become visible in their order and no reader skips one.
      await pool.query(
        `WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtext('${CHANNEL}'))),
         gone AS (DELETE FROM ashlar_revocations WHERE until < $6),
         added AS (
           INSERT INTO ashlar_revocations (kind, issuer, id, before, until)
           SELECT $1::text, $2::text, $3::text, $4::bigint, $5::bigint FROM turn RETURNING 1
         )
         SELECT pg_notify('${CHANNEL}', '') FROM added`,
        [kind, issuer, id, before, until, Date.now()],
      )
    },
    async since(cursor) {
      const { rows } = await pool.query<Row>(
        'SELECT position, kind, issuer, id, before, until FROM ashlar_revocations WHERE position > $1 ORDER BY position',
        [cursor ?? '0'],
      )
      const now = Date.now()
      const revocations = rows.map(revocationOf).filter(({ until }) => until > now)
      return { revocations, cursor: rows.at(-1)?.position ?? cursor ?? '0' }
    },
    watch: (changed) => listen(pool, changed),
  }
}

/** Listens on a connection of its own, and again when that is lost; until then the bound on staleness holds. */
function listen(pool: Pool, changed: () => void): () => void {
  let stopped = false
  let client: PoolClient | undefined
  let timer: NodeJS.Timeout | undefined

  async function start(): Promise<void> {
    try {
      const fresh = await pool.connect()
      client = fresh
      fresh.on('error', () => lose(fresh))
      fresh.on('end', () => lose(fresh))
      fresh.on('notification', changed)
      if (stopped) lose(fresh)
      else await fresh.query(`LISTEN ${CHANNEL}`)
      changed()
    } catch {
      if (client) lose(client)
      else again()
    }
  }

  function lose(lost: PoolClient): void {
    if (client !== lost) return
    client = undefined
    lost.removeListener('notification', changed)
    lost.release(true)
    again()
  }

  function again(): void {
    if (stopped) return
    timer = setTimeout(() => void start(), RECONNECT_MS)
    timer.unref()
  }

  void start()
  return () => {
    stopped = true
    clearTimeout(timer)
    if (client) lose(client)
  }
}

interface Row {
  readonly position: string
  readonly kind: Revocation['kind']
  readonly issuer: string
  readonly id: string
  readonly before: string | null
  readonly until: string
}

function revocationOf({ kind, issuer, id, before, until }: Row): Revocation {
  return { kind, issuer, id, ...(before !== null && { before: Number(before) }), until: Number(until) }
}
