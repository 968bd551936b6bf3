import { afterEach, expect, test } from '@jest/globals'

import { type Fetch, requestJson } from '../../src/http.ts'

afterEach(() => {
  delete (Object.prototype as { decision?: unknown }).decision
})

const URL_ASKED = 'https://pdp.example/x?token=planted'
const answering =
  (...answers: (Response | Error)[]): Fetch =>
  async () => {
    const next = answers.shift()!
    if (next instanceof Error) throw next
    return next
  }
const ask = (fetch: Fetch, maxBytes?: number): Promise<Record<string, unknown>> =>
  requestJson(URL_ASKED, { fetch, timeoutMs: 1000, ...(maxBytes !== undefined && { maxBytes }) })

test('an object, which has only what the answer says', async () => {
  Object.assign(Object.prototype, { decision: true })
  const answer = await ask(answering(Response.json({ a: 1 })))
  expect(answer['a']).toBe(1)
  expect(answer['decision']).toBeUndefined()
})

test('a connection that fails is tried once more', async () => {
  expect(await ask(answering(new Error('closed'), Response.json({ a: 1 })))).toEqual({ a: 1 })
  await expect(ask(answering(new Error('one'), new Error('two')))).rejects.toMatchObject({
    code: 'ERR_DEPENDENCY_UNAVAILABLE',
    cause: { message: 'two' },
  })
})

test.each<[string, Response]>([
  ['another status', Response.json({}, { status: 500 })],
  ['no content', new Response(null, { status: 204 })],
  ['nonsense', new Response('<html>')],
  ['a list', Response.json([])],
  ['null', Response.json(null)],
  ['a text', Response.json('x')],
  ['too much', new Response(JSON.stringify({ a: 'x'.repeat(100) }))],
])('%s is no answer', async (_, response) => {
  await expect(ask(answering(response), 50)).rejects.toMatchObject({
    code: 'ERR_DEPENDENCY_UNAVAILABLE',
    message: 'pdp.example could not be asked.',
  })
})

test('follows no redirect, accepts JSON, and keeps what it was given', async () => {
  let sent: RequestInit | undefined
  const fetch: Fetch = async (url, init) => {
    sent = init
    expect(url).toBe(URL_ASKED)
    return Response.json({})
  }
  await requestJson(URL_ASKED, { fetch, timeoutMs: 1000, init: { method: 'POST', headers: { a: 'b' }, body: 'x' } })
  expect(sent).toMatchObject({
    redirect: 'error',
    method: 'POST',
    body: 'x',
    headers: { accept: 'application/json', a: 'b' },
  })
})

test('an answer that does not come is none', async () => {
  const hanging: Fetch = (_, { signal }) =>
    new Promise((_resolve, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)))
  await expect(requestJson(URL_ASKED, { fetch: hanging, timeoutMs: 1 })).rejects.toMatchObject({
    code: 'ERR_DEPENDENCY_UNAVAILABLE',
  })
})

test('a fetch that throws at once, or that knows no signals, gives no answer either', async () => {
  const throwing: Fetch = () => {
    throw new Error('no network')
  }
  await expect(requestJson(URL_ASKED, { fetch: throwing, timeoutMs: 1000 })).rejects.toMatchObject({
    code: 'ERR_DEPENDENCY_UNAVAILABLE',
    cause: { message: 'no network' },
  })
  const deaf: Fetch = () => new Promise(() => undefined)
  await expect(requestJson(URL_ASKED, { fetch: deaf, timeoutMs: 1 })).rejects.toMatchObject({
    message: 'pdp.example did not answer in time.',
  })
})

test('what can’t be read is not quoted, since it may be a token or a secret', async () => {
  const failure = await ask(answering(new Response('hunter2 is no JSON'))).catch((error: unknown) => error)
  const texts: string[] = []
  for (let error = failure as Error | undefined; error; error = error.cause as Error) texts.push(error.message)
  expect(texts.join('\n')).toContain('The answer was no JSON.')
  expect(texts.join('\n')).not.toContain('hunter2')
})

test('a byte-order mark is no part of what was answered', async () => {
  expect(await ask(answering(new Response('\ufeff{"a":1}')))).toEqual({ a: 1 })
})
