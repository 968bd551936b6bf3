import type { LendingPool, PostgresConnection } from '../client.ts'

/** Committed, or rejected in time; a connection that is late or failed is closed and not used again. */
export async function inTransaction<Result>(
  pool: LendingPool,
  timeoutMs: number,
  work: (connection: PostgresConnection) => Promise<Result>,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`PostgreSQL did not answer within ${timeoutMs} ms.`)), timeoutMs)
  })
  const connecting = pool.connect()
  let connection: PostgresConnection | undefined
  try {
    connection = await Promise.race([connecting, late])
    // A lost connection fails its query as well; without a listener it would end the process besides.
    connection.on('error', ignore)
    const result = await Promise.race([committed(connection, work), late])
    connection.off('error', ignore)
    connection.release()
    return result
  } catch (error) {
    if (connection) connection.release(true)
    // A connection that comes too late goes back unused.
    else
      connecting.then(
        (unused) => unused.release(),
        () => {},
      )
    throw error
  } finally {
    clearTimeout(timer)
    late.catch(() => {})
  }
}

function ignore(): void {}

async function committed<Result>(
  connection: PostgresConnection,
  work: (connection: PostgresConnection) => Promise<Result>,
): Promise<Result> {
  // Whatever the server's default is: what is acknowledged has been flushed.
  await connection.query('BEGIN; SET LOCAL synchronous_commit TO on')
  const result = await work(connection)
  await connection.query('COMMIT')
  return result
}
