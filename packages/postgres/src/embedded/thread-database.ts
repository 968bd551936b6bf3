import { type Database, type DatabaseSettings, RESTART_MS } from './database.ts'
import { Engine } from './engine.ts'
import { openSession } from './open-session.ts'
import { SocketStandIn } from './socket-stand-in.ts'

/** A database in the app's own thread: nothing goes between threads, and every statement holds up the app while it runs. */
export async function openInThread(settings: DatabaseSettings): Promise<Database> {
  let closed = false
  let startedAt = performance.now()
  let engine: Engine | undefined = await open()

  async function open(): Promise<Engine> {
    return new Engine(await openSession(settings), settings.timeout, (error) => {
      engine = undefined
      settings.onError(error)
    })
  }

  function openAgain(): void {
    startedAt = performance.now()
    void open().then(
      (again) => {
        if (closed) void again.close()
        else engine = again
      },
      (error: unknown) => settings.onError(error),
    )
  }

  return {
    stream() {
      if (engine) return engine.connect()
      if (!closed && performance.now() > startedAt + RESTART_MS) openAgain()
      return SocketStandIn.failed(new Error('PostgreSQL has ended.'))
    },
    async close() {
      closed = true
      await engine?.close()
      engine = undefined
    },
  }
}
