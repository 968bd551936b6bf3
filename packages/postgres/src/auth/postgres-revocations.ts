import type { Revocation, RevocationStore } from '@ashlar/auth'
import { readOptions } from '@ashlar/core/options'
import { type Closeable, closeable } from '@ashlar/core/time'

import { lendsConnections } from '../client.ts'
import { within } from '../names.ts'
import { encrypted, type PostgresOptions, postgresOptions } from '../postgres-options.ts'
import { listen } from './listener.ts'

/** One connection of the pool is kept for listening while somebody watches. */
export interface PostgresRevocationsOptions extends PostgresOptions {}

/**
 * Revocations on PostgreSQL: a table that every process reads from where it was, and a notification that tells it to look.
 * `migrate(pool, authTables())` makes the table.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`,
 * `ERR_CONNECTION_NOT_ENCRYPTED`
 * @example
 * const revoked = revocations({ store: postgresRevocations({ pool }) })
 */
export function postgresRevocations(options: PostgresRevocationsOptions): RevocationStore & Closeable {
  const { pool, schema } = encrypted(
    'postgresRevocations()',
    readOptions('postgresRevocations()', options, postgresOptions),
  )
  const table = within(schema)('ashlar_revocations')
  const channel = schema === undefined ? 'ashlar_revocations' : `ashlar_revocations ${schema}`
  const watching = new Set<() => void>()
  let closed = false
  const watch = lendsConnections(pool)
    ? (changed: () => void) => {
        if (closed) return () => undefined
        const end = listen(pool, channel, changed)
        const stop = (): void => {
          if (watching.delete(stop)) end()
        }
        watching.add(stop)
        return stop
      }
    : undefined
  return {
    async add({ kind, issuer, id, before, until }) {
      // One at a time, so that positions become visible in their order and no reader skips one.
      await pool.query(
        `WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtext('${channel}'))),
         gone AS (DELETE FROM ${table} WHERE until < $6),
         added AS (
           INSERT INTO ${table} (kind, issuer, id, before, until)
           SELECT $1::text, $2::text, $3::text, $4::bigint, $5::bigint FROM turn RETURNING 1
         )
         SELECT pg_notify('${channel}', '') FROM added`,
        [kind, issuer, id, before, until, Date.now()],
      )
    },
    async since(cursor) {
      const { rows } = await pool.query(
        `SELECT position, kind, issuer, id, before, until FROM ${table} WHERE position > $1 ORDER BY position`,
        [cursor ?? '0'],
      )
      const now = Date.now()
      const revocations = (rows as Row[]).map(revocationOf).filter(({ until }) => until > now)
      return { revocations, cursor: String((rows as Row[]).at(-1)?.position ?? cursor ?? '0') }
    },
    ...(watch && { watch }),
    ...closeable(() => {
      closed = true
      for (const stop of watching) stop()
    }),
  }
}

interface Row {
  readonly position: string | number
  readonly kind: Revocation['kind']
  readonly issuer: string
  readonly id: string
  readonly before: string | null
  readonly until: string
}

function revocationOf({ kind, issuer, id, before, until }: Row): Revocation {
  return { kind, issuer, id, ...(before !== null && { before: Number(before) }), until: Number(until) }
}
