import { type Principal, principal } from '@ashlar/core'
import { testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { authenticate, type CredentialSource } from '../src/index.ts'
import { apps } from './support/apps.ts'

const caller = { kind: 'custom', subject: 'ada', roles: [], scopes: [], claims: {} } as const satisfies Principal
const source = (more: object = {}): CredentialSource => ({
  name: 'ticket',
  place: 'header',
  challenges: [{ scheme: 'Ticket' }],
  find: (request) => request.headerValues('x-ticket')[0],
  verify: () => ({ kind: 'allow', state: { principal: caller } }),
  ...more,
})

test('a kind of credential of the app’s own is as good, and may be within a list', async () => {
  for (const kinds of [[source()], [[source()]]]) {
    const guard = authenticate(kinds)
    expect(guard.adds).toEqual([principal.name])
    expect(await guard.check(testRequest({ headers: { 'x-ticket': '1' } }), {})).toMatchObject({
      state: { principal: caller },
    })
  }
})

describe.each(apps)('in $framework', ({ serve }) => {
  test.each([
    ['nothing', () => undefined],
    ['a promise of nothing', async () => undefined],
    ['a verdict without a principal', () => ({ kind: 'allow' })],
    ['something else', () => ({ kind: 'respond', status: 200 })],
    ['true', () => true],
  ])('one that answers %s lets nobody in, also where it is optional', async (_, verify) => {
    const server = await serve(authenticate([source({ verify })], { optional: true }))
    expect((await server.call('/', { headers: { 'x-ticket': '1' } })).status).toBe(500)
    await server.close()
  })

  test('one that answers with a promise of another make is waited for', async () => {
    const verdict = { kind: 'allow', state: { principal: caller } }
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tried
    const verify = () => ({ then: (done: (value: unknown) => void) => done(verdict) })
    const server = await serve(authenticate([source({ verify })]))
    expect((await server.call('/', { headers: { 'x-ticket': '1' } })).json().subject).toBe('ada')
    await server.close()
  })
})

test.each([
  ['a place that is none, which would never be asked', [source({ place: 'headers' })], 'kinds[0].place'],
  ['no challenges', [source({ challenges: undefined })], 'kinds[0].challenges'],
  ['a scheme that ends a header', [source({ challenges: [{ scheme: 'A\r\nB: c' }] })], 'kinds[0].challenges[0].scheme'],
  [
    'a parameter with a quote',
    [source({ challenges: [{ scheme: 'A', params: { a: '"' } }] })],
    'kinds[0].challenges[0].params.a',
  ],
  ['no name', [[source({ name: '' })]], 'kinds[0][0].name'],
  ['a source without a list', source(), 'kinds'],
  ['an empty list', [], 'kinds'],
  ['a list of empty lists', [[]], 'kinds'],
  ['something else', [source(), {}], 'kinds[1]'],
])('%s is refused', (_, kinds, option) => {
  expect(() => authenticate(kinds as never)).toThrow(expect.objectContaining({ name: 'ConfigurationError', option }))
})
