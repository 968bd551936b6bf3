import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

/** An app as it is deployed, in a process of its own: what ends it can be seen nowhere else. */
let child: ChildProcess
let port: number

beforeAll(async () => {
  const script = fileURLToPath(new URL('fixtures/coupon-app.js', import.meta.url))
  child = fork(script, { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env: { NODE_ENV: 'production' } })
  ;[port] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [number]
})
afterAll(() => {
  child.kill()
})

async function post(target: string, body: object): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`http://127.0.0.1:${port}${target}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  await response.arrayBuffer()
  return response.status
}

async function checked(): Promise<unknown> {
  return (await fetch(`http://127.0.0.1:${port}/checked`)).json()
}

describe.each(['modules', 'commonjs', 'lowest', 'v3'])('zod: %s', (zod) => {
  test('the first request without a coupon and the next with one that the database fails at', async () => {
    expect(await post(`/${zod}/optional`, { item: 'x' })).toBe(200)
    expect(await post(`/${zod}/optional`, { item: 'x', coupon: '\0' })).toBe(500)
    expect(await post(`/${zod}/optional`, { item: 'x', coupon: 'good' })).toBe(200)
    expect(await post(`/${zod}/optional`, { item: 'x', coupon: 'bad' })).toBe(400)
    expect(await checked()).toEqual(['\0', 'good', 'bad'])
  })

  test('two checks that fail, an alternative that is right at once, a transform that throws beside', async () => {
    expect(await post(`/${zod}/twice`, { coupon: '\0' })).toBe(500)
    expect(await post(`/${zod}/alternatives`, { coupon: '\0', item: 'x' })).toBe(500)
    expect(await post(`/${zod}/beside`, { coupon: '\0', item: '' })).toBe(500)
    expect(await post(`/${zod}/beside`, { coupon: 'good', item: 'x' })).toBe(200)
    expect(
      await Promise.all(['\0', 'good', 'bad'].map((coupon) => post(`/${zod}/optional`, { item: 'x', coupon }))),
    ).toEqual([500, 200, 400])
    await checked()
    expect(child.exitCode).toBeNull()
  })
})

test('a coupon that may be used once is used once, by whichever request', async () => {
  const statuses = await Promise.all(
    Array.from({ length: 5 }, () => post('/modules/optional', { item: 'x', coupon: 'once' })),
  )
  expect(statuses.sort()).toEqual([200, 400, 400, 400, 400])
})
