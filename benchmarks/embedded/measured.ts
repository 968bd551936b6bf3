// One kind of database in a process of its own: what it takes to start, and to answer.
import { generateKeyPairSync } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'

import { checkpointSigner } from '@ashlar/audit'
import {
  auditTables,
  authTables,
  embeddedPostgres,
  type LendingPool,
  migrate,
  postgresApiKeys,
  postgresRateLimits,
  postgresTrail,
  rateLimitTables,
} from '@ashlar/postgres'
import { fixedWindow } from '@ashlar/ratelimit'
import pg from 'pg'

const WARM_UP = 200
const RUN_MS = 2000

export interface Task {
  /** Of an embedded database; without, of a server. */
  readonly folder?: string
  readonly worker?: boolean
  readonly url?: string
}

export type Measured = Readonly<Record<string, number>>

const { folder, worker, url } = JSON.parse(process.argv[2]!) as Task
const before = process.memoryUsage.rss()
const start = performance.now()
const pool = (
  folder ? await embeddedPostgres({ folder, worker: worker! }) : new pg.Pool({ connectionString: url! })
) as LendingPool
await pool.query('SELECT 1')
const figures: Record<string, number> = { 'start, ms': performance.now() - start }
await migrate(pool, authTables(), auditTables(), rateLimitTables())
figures['memory, MiB'] = (process.memoryUsage.rss() - before) / 2 ** 20

const store = postgresApiKeys({ pool })
const ledger = postgresRateLimits({ pool }).open({
  name: 'bench',
  policies: [fixedWindow({ limit: 1e9, window: '1d' })],
})
const signer = checkpointSigner('trail.example', generateKeyPairSync('ed25519').privateKey)
const trail = await postgresTrail({ pool, signer })
let count = 0
const work: Readonly<Record<string, () => unknown>> = {
  'a look-up of an API key': () => store.find('nothing'),
  'a decision of a rate limit': () => ledger.take(`key ${++count % 100}`, 1),
  'a durable record': () => trail.record({ name: 'sensitive_read', outcome: 'success', requestId: String(++count) }),
}
for (const [name, once] of Object.entries(work)) {
  for (let round = 0; round < WARM_UP; round++) await once()
  for (const parallel of [1, 20]) {
    const stalls = monitorEventLoopDelay({ resolution: 1 })
    stalls.enable()
    const [began, cpu] = [performance.now(), process.cpuUsage()]
    let done = 0
    await Promise.all(
      Array.from({ length: parallel }, async () => {
        for (; performance.now() < began + RUN_MS; done++) await once()
      }),
    )
    const { user, system } = process.cpuUsage(cpu)
    figures[`${name}, ${parallel} at a time, 1/s`] = (done * 1000) / (performance.now() - began)
    figures[`${name}, ${parallel} at a time, µs of processor`] = (user + system) / done
    figures[`${name}, ${parallel} at a time, ms that others wait (p99)`] = stalls.percentile(99) / 1e6
  }
}
process.send!(figures satisfies Measured)
process.exit(0)
