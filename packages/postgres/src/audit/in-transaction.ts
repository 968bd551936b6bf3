import { ask } from '@ashlar/core/time'

import type { LendingPool, PostgresConnection } from '../client.ts'
import { transaction } from '../transaction.ts'

/** A connection of the pool, in time; one that comes too late goes back unused. */
export async function borrow(pool: LendingPool, timeoutMs: number): Promise<PostgresConnection> {
  return ask('PostgreSQL', timeoutMs, () => pool.connect(), { late: (unused) => unused.release() })
}

/** Whatever the server's default is: what is acknowledged has been flushed. */
const FLUSHED = '; SET LOCAL synchronous_commit TO on'

/** Committed, or rejected in time; a connection that is late or failed is closed and not used again. */
export async function inTransaction<Result>(
  pool: LendingPool,
  timeoutMs: number,
  work: (connection: PostgresConnection) => Promise<Result>,
): Promise<Result> {
  const connection = await borrow(pool, timeoutMs)
  // A lost connection fails its query as well; without a listener it would end the process besides.
  connection.on('error', ignore)
  try {
    const result = await ask('PostgreSQL', timeoutMs, () => transaction(connection, () => work(connection), FLUSHED))
    connection.off('error', ignore)
    connection.release()
    return result
  } catch (error) {
    connection.release(true)
    throw error
  }
}

function ignore(): void {}
