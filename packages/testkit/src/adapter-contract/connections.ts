import { ALLOW, deny, problem } from '@ashlar/core'

import { type AdapterUnderTest, guardThat, type TestRunner, withServer } from './app.ts'

const REFUSAL = deny(problem('not-permitted'))
const GET = 'GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'

/** A refused request and the connection that it came on. */
export function connections({ describe, test, expect }: TestRunner, adapter: AdapterUnderTest): void {
  const app = {
    guards: [guardThat(({ method }) => (method === 'POST' ? REFUSAL : ALLOW))],
    routes: [{ path: '/x' }],
  }
  const statuses = (answer: string): (string | undefined)[] =>
    [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)

  describe('connections', () => {
    test('serve another request after a refused one with a short body', async () => {
      await withServer(adapter, app, async ({ raw }) => {
        const post = `POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello`
        const answer = await raw(post + GET)
        expect(statuses(answer)).toEqual(['403', '200'])
        expect(answer).toMatch(/served$/)
      })
    })

    for (const [what, head] of [
      ['long', 'Content-Length: 100000000'],
      ['endless', 'Transfer-Encoding: chunked'],
    ]) {
      test(`are closed after a refused one with a ${what} body, which is not waited for`, async () => {
        await withServer(adapter, app, async ({ raw }) => {
          const answer = await raw(`POST /x HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n5\r\nhello\r\n`)
          expect(statuses(answer)).toEqual(['403'])
          expect(answer).toMatch(/\r\nconnection: close\r\n/i)
        })
      })
    }

    test('serve pipelined requests in order, refused or not', async () => {
      await withServer(adapter, app, async ({ raw }) => {
        const post = `POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`
        const get = 'GET /x HTTP/1.1\r\nHost: x\r\n\r\n'
        expect(statuses(await raw(post + get + post + GET))).toEqual(['403', '200', '403', '200'])
      })
    })
  })
}
