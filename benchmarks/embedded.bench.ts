import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { embeddedPostgres } from '@ashlar/postgres'
import { postgresServer } from '@ashlar/testkit'

import type { Measured, Task } from './embedded/measured.ts'
import { type Bench, summarize } from './result.ts'

const ROUNDS = 3
const MEASURED = fileURLToPath(new URL('./embedded/measured.js', import.meta.url))

/** Each in a process of its own, in turns. The server is not counted where memory and processor time are. */
export const bench: Bench = async () => {
  const place = mkdtempSync(join(tmpdir(), 'ashlar-bench-'))
  const made = join(place, 'made')
  const start = performance.now()
  await (await embeddedPostgres({ folder: made })).close()
  const making = performance.now() - start
  const server = await postgresServer({ settings: { fsync: 'on' } })
  const contenders: Readonly<Record<string, (folder: string) => Task>> = {
    'embedded, in a worker': (folder) => ({ folder, worker: true }),
    'embedded, in the thread': (folder) => ({ folder, worker: false }),
    'a server on this machine': () => ({ url: server.url }),
  }
  const samples = new Map<string, Map<string, number[]>>()
  for (let round = 0; round < ROUNDS; round++) {
    for (const [contender, taskIn] of Object.entries(contenders)) {
      const folder = join(place, 'copy')
      rmSync(folder, { recursive: true, force: true })
      cpSync(made, folder, { recursive: true })
      for (const [name, figure] of Object.entries(await measured(taskIn(folder)))) {
        const of = samples.get(name) ?? new Map<string, number[]>()
        samples.set(name, of.set(contender, [...(of.get(contender) ?? []), figure]))
      }
    }
  }
  await server.stop()
  rmSync(place, { recursive: true })
  return [
    summarize({ case: 'making a database', contender: 'embedded', unit: 'ms', better: 'lower' }, [making]),
    ...[...samples].flatMap(([name, of]) => {
      const [, title = name, unit = ''] = /^(.*), ([^,]*)$/.exec(name) ?? []
      const better = unit === '1/s' ? 'higher' : 'lower'
      return [...of].map(([contender, values]) => summarize({ case: title, contender, unit, better }, values))
    }),
  ]
}

async function measured(task: Task): Promise<Measured> {
  const child = fork(MEASURED, [JSON.stringify(task)], { execArgv: [] })
  const [figures] = (await once(child, 'message')) as [Measured]
  await once(child, 'exit')
  return figures
}
