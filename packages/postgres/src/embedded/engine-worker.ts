import { type MessagePort, parentPort, workerData } from 'node:worker_threads'

import { Engine } from './engine.ts'
import { makeDatabase, openSession } from './open-session.ts'
import type { FromWorker, ToWorker, WorkerTask } from './worker-messages.ts'

/** Makes a database, or has one open for as long as the thread lives. */
async function main(task: WorkerTask, parent: MessagePort): Promise<void> {
  const tell = (message: FromWorker): void => parent.postMessage(message)
  if ('make' in task) {
    await makeDatabase(task.make)
    return tell({ done: true })
  }
  const session = await openSession(task.open)
  const engine = new Engine(session, task.limitMs, (error) => {
    tell({ failed: `${error.message} ${error.cause}` })
    process.exit(1)
  })
  parent.on('message', async (message: ToWorker) => {
    if ('connect' in message) return serve(engine, message.connect)
    await engine.close()
    tell({ done: true })
    parent.close()
  })
  tell({ done: true })
}

/** Bytes from the client's end of a channel to a connection and back. */
function serve(engine: Engine, port: MessagePort): void {
  const connection = engine.connect()
  connection.on('data', (bytes: Buffer) => port.postMessage(bytes))
  connection.on('error', () => undefined)
  connection.on('close', () => port.close())
  port.on(
    'message',
    (bytes: Uint8Array) => void connection.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)),
  )
  port.on('close', () => void connection.destroy())
}

main(workerData as WorkerTask, parentPort!).catch((error: unknown) => {
  parentPort!.postMessage({ failed: String((error as Partial<Error> | null)?.message ?? error) } satisfies FromWorker)
  process.exit(1)
})
