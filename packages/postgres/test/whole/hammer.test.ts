import { setTimeout as wait } from 'node:timers/promises'
import { type Fleet, fleet, type PostgresServer, postgresServer, withService } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import pg from 'pg'

const PROCESSES = 4
const SCRIPT = new URL('./fixtures/hammer.js', import.meta.url)

jest.setTimeout(60_000)

interface Counts {
  readonly counts: Readonly<Record<string, { admitted: number; decisions: number }>>
}

function sum(reports: readonly Counts[], limit: string, what: 'admitted' | 'decisions'): number {
  return reports.reduce((total, { counts }) => total + counts[limit]![what], 0)
}

withService('postgres', describe)('four processes on one PostgreSQL', () => {
  let server: PostgresServer
  let pool: pg.Pool
  let processes: Fleet
  const timeOfServer = async (): Promise<number> => {
    const { rows } = await pool.query('select extract(epoch from clock_timestamp())::float8 as seconds')
    return (rows[0] as { seconds: number }).seconds
  }
  beforeAll(async () => {
    server = await postgresServer()
    pool = new pg.Pool({ connectionString: server.url, max: 1 })
    pool.on('error', () => {})
  })
  afterAll(async () => {
    await pool.end()
    processes.kill()
    await server.stop()
  })

  test('hammer one key for ten seconds and together admit exactly what the policy allows', async () => {
    // A machine that is busy must not make the store look lost.
    const storeTimeout = '30s'
    const exact = { name: 'exact', storeTimeout, capacity: 50, refillPerSecond: 20 }
    processes = fleet(SCRIPT, PROCESSES, { url: server.url, limits: [exact], instances: PROCESSES })
    await processes.each('ready')
    const before = await timeOfServer()
    processes.send('go')
    await processes.each('begun')
    // The ten seconds are what is measured, so nothing else would do.
    await wait(10_000)
    processes.send('stop')
    const reports: Counts[] = await processes.each('counts')
    const elapsed = (await timeOfServer()) - before
    expect(await processes.ended()).toEqual([0, 0, 0, 0])

    const allowed = exact.capacity + exact.refillPerSecond * elapsed
    expect(sum(reports, 'exact', 'decisions')).toBeGreaterThan(allowed * 2)
    expect(sum(reports, 'exact', 'admitted')).toBeLessThanOrEqual(allowed)
    // Starting and stopping four processes takes a part of the time that was measured.
    expect(sum(reports, 'exact', 'admitted')).toBeGreaterThanOrEqual(exact.capacity + exact.refillPerSecond * 10 - 1)
  })

  test('outlive the loss of PostgreSQL: local limits meanwhile, and back without a restart', async () => {
    const limit = { name: 'lossy', capacity: 40, refillPerSecond: 20 }
    processes = fleet(SCRIPT, PROCESSES, { url: server.url, limits: [limit], instances: PROCESSES })
    await processes.each('ready')
    const before = performance.now()
    processes.send('go')
    await processes.each('begun')
    await server.kill()
    await processes.each('rate_limit_store_lost')
    await server.restart()
    await processes.each('rate_limit_store_restored')
    processes.send('stop')
    const reports: Counts[] = await processes.each('counts')
    expect(await processes.ended()).toEqual([0, 0, 0, 0])
    const elapsed = (performance.now() - before) / 1000
    // The table is unlogged, so the bucket is full once more after the crash; the local ones had their share at the most.
    const most = 3 * limit.capacity + 2 * limit.refillPerSecond * elapsed
    expect(sum(reports, 'lossy', 'admitted')).toBeLessThanOrEqual(most)
    expect(sum(reports, 'lossy', 'admitted')).toBeGreaterThanOrEqual(limit.capacity)
  })
})
