import type { LendingPool, PostgresConnection } from '../client.ts'

const RECONNECT_MS = 1000

/**
 * Listens to a channel on a connection of its own, and again when that is lost; until then the bound on staleness holds.
 * @param told also when it listens, since something may have been missed
 * @returns how to stop
 */
export function listen(pool: LendingPool, channel: string, told: () => void): () => void {
  let stopped = false
  let connection: PostgresConnection | undefined
  let timer: NodeJS.Timeout | undefined

  async function start(): Promise<void> {
    try {
      const fresh = await pool.connect()
      if (stopped) return fresh.release(true)
      connection = fresh
      fresh.on('error', () => lose(fresh))
      fresh.on('end', () => lose(fresh))
      fresh.on('notification', hear)
      await fresh.query(`LISTEN "${channel}"`)
      if (!stopped) told()
    } catch {
      if (connection) lose(connection)
      else again()
    }
  }

  /** Connections that share a session hear also what others listen to. */
  function hear(notification: { readonly channel: string }): void {
    if (notification.channel === channel) told()
  }

  function lose(lost: PostgresConnection): void {
    if (connection !== lost) return
    connection = undefined
    lost.off('notification', hear)
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
    if (connection) lose(connection)
  }
}
