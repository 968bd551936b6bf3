import { once } from 'node:events'
import { dirname, join } from 'node:path'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { MessageChannel, Worker } from 'node:worker_threads'

import { type Database, type DatabaseSettings, RESTART_MS } from './database.ts'
import { ownFile } from './own-file.ts'
import { PortStream } from './port-stream.ts'
import { SocketStandIn } from './socket-stand-in.ts'
import type { FromWorker, ToWorker, WorkerTask } from './worker-messages.ts'

/** How long a database may take to be closed. */
const CLOSE_MS = 10_000

/** Makes the files of a database, in a thread of its own: what it takes of memory for that is given back. */
export async function makeInWorker(folder: string): Promise<void> {
  const worker = start({ make: folder })
  await answer(worker)
  await worker.terminate()
}

/** A database in a thread of its own, so that no statement holds up this one. */
export async function openInWorker(settings: DatabaseSettings): Promise<Database> {
  const database = new WorkerDatabase(settings)
  await database.opened()
  return database
}

class WorkerDatabase implements Database {
  readonly #settings: DatabaseSettings
  readonly #streams = new Set<PortStream>()
  #worker: Worker
  #startedAt = 0
  #running = true
  #opened = false
  #closed = false
  #failure = 'PostgreSQL has ended.'

  constructor(settings: DatabaseSettings) {
    this.#settings = settings
    this.#worker = this.#start()
  }

  async opened(): Promise<void> {
    await answer(this.#worker)
    this.#opened = true
    this.#worker.unref()
  }

  stream(): Duplex {
    if (!this.#running && !this.#closed && performance.now() > this.#startedAt + RESTART_MS) {
      this.#worker = this.#start()
      this.#worker.unref()
    }
    if (!this.#running) return SocketStandIn.failed(new Error(this.#failure))
    const { port1, port2 } = new MessageChannel()
    const stream = new PortStream(port1)
    this.#streams.add(stream)
    stream.once('close', () => this.#streams.delete(stream))
    this.#worker.postMessage({ connect: port2 } satisfies ToWorker, [port2])
    return stream
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#failure = 'The database is closed.'
    if (!this.#running) return
    this.#worker.ref()
    const exit = once(this.#worker, 'exit')
    this.#worker.postMessage({ close: true } satisfies ToWorker)
    // A statement that does not end must not keep the process: what was acknowledged is safe without this.
    const tired = setTimeout(() => void this.#worker.terminate(), CLOSE_MS)
    await exit
    clearTimeout(tired)
  }

  #start(): Worker {
    const { folder, durable, timeout } = this.#settings
    const worker = start({ open: { folder, durable }, limitMs: timeout })
    this.#running = true
    this.#startedAt = performance.now()
    worker.on('message', (message: FromWorker) => {
      if ('failed' in message) this.#failure = message.failed
    })
    worker.on('error', (error: Error) => {
      this.#failure = error.message
    })
    worker.on('exit', () => {
      this.#running = false
      const error = new Error(this.#failure)
      for (const stream of this.#streams) stream.destroy(error)
      if (this.#opened && !this.#closed) this.#settings.onError(error)
    })
    return worker
  }
}

/** Of what the app was started with, the worker needs nothing. */
function start(task: WorkerTask): Worker {
  return new Worker(workerFile(ownFile()), { workerData: task, execArgv: [] })
}

/** Beside this file; of the sources, where tests run, the one that was built. */
function workerFile(own: string): string {
  const folder = dirname(own.startsWith('file:') ? fileURLToPath(own) : own)
  return join(own.endsWith('.ts') ? join(folder, '../../dist/embedded') : folder, 'engine-worker.js')
}

/** @throws Error with what the worker says */
async function answer(worker: Worker): Promise<void> {
  const ended = new AbortController()
  const { signal } = ended
  try {
    const [message] = (await Promise.race([
      once(worker, 'message', { signal }),
      once(worker, 'exit', { signal }).then(() => [{ failed: 'The thread of the database ended.' }]),
    ])) as [FromWorker]
    if ('failed' in message) throw new Error(message.failed)
  } finally {
    ended.abort()
  }
}
