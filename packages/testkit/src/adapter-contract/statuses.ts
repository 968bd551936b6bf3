import type { TestServer } from '../test-server.ts'

/** As many as go over one connection before another is made. */
const TOGETHER = 500

/**
 * The status that each target is answered with. They are pipelined, so that many thousands take seconds; none may be one that
 * node's parser refuses.
 * @throws Error where an answer is missing
 */
export async function statusesOf(server: TestServer, targets: readonly string[]): Promise<readonly number[]> {
  const statuses: number[] = []
  // What waits for the end of a response listens to the connection, which has many of them here.
  server.server.on('connection', (socket) => socket.setMaxListeners(0))
  for (let from = 0; from < targets.length; from += TOGETHER) {
    const some = targets.slice(from, from + TOGETHER)
    const requests = some.map((target, index) => {
      const last = index === some.length - 1
      return `GET ${target} HTTP/1.1\r\nHost: x\r\n${last ? 'Connection: close\r\n' : ''}\r\n`
    })
    const answer = await server.raw(requests.join(''))
    const found = [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
    if (found.length !== some.length) throw new Error(`${some.length} requests, ${found.length} answers`)
    statuses.push(...found)
  }
  return statuses
}
