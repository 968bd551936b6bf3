import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'

import { recordEvents, testRequest } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { RequestHead } from '../../src/adapter.ts'
import { compileTrust, trustNone } from '../../src/http.ts'
import { ALLOW } from '../../src/index.ts'
import { close, contextOf, decide, guardThat, recordingPort } from '../recording-port.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const idOf = (sent: string) => testRequest({ headers: { 'X-Request-ID': sent } }).id

describe('the request id', () => {
  for (const id of ['12345678', 'caller-0001', '0af7651916cd43dd8448eb211c80319c', 'a.b_c-d.e', 'x'.repeat(128)]) {
    test(`accepts ${id.slice(0, 40)}`, () => expect(idOf(id)).toBe(id))
  }

  for (const id of [
    '',
    '1234567',
    'x'.repeat(129),
    '-starts-wrong',
    'ends-wrong-',
    '........',
    'with space',
    'with\ttab-',
    'line\r\nSet-Cookie: a=1',
    'line\nforged="1"',
    '<script>alert(1)</script>',
    '../../../etc/passwd',
    '$'.concat('{jndi:ldap://x}'),
    "'; DROP TABLE x;--",
    '%0d%0aX-Injected:1',
    'caller-0001, caller-0002',
    'ünïcödé-id',
    '\u202egnp.exe-id',
    'null\0byte',
    '{"json":"value"}',
  ]) {
    test(`replaces ${JSON.stringify(id.slice(0, 40))}`, () => expect(idOf(id)).toMatch(UUID))
  }

  test('is one for a request, and another for the next', () => {
    const request = testRequest()
    expect(request.id).toBe(request.id)
    expect(request.id).not.toBe(testRequest().id)
    const headers = [
      ['X-Request-ID', 'caller-0001'],
      ['X-Request-ID', 'caller-0001'],
    ] as const
    expect(testRequest({ headers }).id).toMatch(UUID)
  })

  test('never holds anything that could break a header, a log line or a path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (sent) => {
        expect(idOf(sent)).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{6,126}[A-Za-z0-9]$/)
      }),
    )
  })
})

describe('the head', () => {
  test('tells every value of a header, in order, by its name in any case', () => {
    const request = testRequest({
      headers: [
        ['Authorization', 'a'],
        ['X-Other', 'b'],
        ['AUTHORIZATION', 'c'],
      ],
    })
    expect(request.headerValues('authorization')).toEqual(['a', 'c'])
    expect(request.headerValues('Authorization')).toEqual(['a', 'c'])
    expect(request.headerValues('x-missing')).toEqual([])
    expect(request.headers.authorization).toBe('a')
  })

  test('takes method, path and query apart', () => {
    const request = testRequest({ method: 'PUT', target: '/a%20b/?x=1' })
    expect(request).toMatchObject({ method: 'PUT', path: '/a%20b/', query: { x: '1' } })
    expect(testRequest({ target: '/?' }).path).toBe('/')
  })

  test('is nothing of the late parts until the framework has them', () => {
    expect(testRequest()).toMatchObject({ route: undefined, params: undefined, body: undefined })
    const late = testRequest({ route: '/users/:id', params: { id: '7' }, body: { name: 'ada' } })
    expect(late).toMatchObject({ route: '/users/:id', params: { id: '7' }, body: { name: 'ada' } })
  })

  test('has a signal also where there is no response', () => {
    const { signal } = testRequest()
    expect(signal.aborted).toBe(false)
  })
})

describe('what identifies a request is known however late it is asked for', () => {
  const addressed = (peer: string): { raw: IncomingMessage; reset(): void } => {
    const socket = new Socket()
    let address: string | undefined = peer
    Object.defineProperty(socket, 'remoteAddress', { get: () => address })
    return {
      raw: new IncomingMessage(socket),
      reset() {
        address = undefined
      },
    }
  }

  test.each([
    ['the peer', trustNone, undefined, '192.0.2.1'],
    ['what a trusted proxy says', compileTrust(['192.0.2.1']), '198.51.100.7', '198.51.100.7'],
  ])('%s, after the connection was reset', (_, trust, forwarded, address) => {
    const { raw, reset } = addressed('192.0.2.1')
    if (forwarded !== undefined) raw.headers['x-forwarded-for'] = forwarded
    const view = new RequestHead(raw, '/', trust)
    reset()
    expect(view.address).toBe(address)
  })

  test('the method, though the framework has another by then', () => {
    const { raw } = addressed('192.0.2.1')
    raw.method = 'POST'
    const view = new RequestHead(raw, '/', trustNone)
    raw.method = 'DELETE'
    expect([view.method, view.change]).toEqual(['POST', 'method'])
  })
})

describe('an app that can not say whom it trusts', () => {
  const trust = () => {
    throw new Error('trust')
  }
  const lost = async (guard: Parameters<typeof guardThat>[0]) => {
    const port = recordingPort({ trust: () => trust })
    const context = contextOf('/', { 'x-forwarded-for': '198.51.100.7' })
    Object.defineProperty(context.request.socket, 'remoteAddress', { value: '192.0.2.1' })
    const { run, stepsOf } = await import('../../src/adapter.ts')
    const recorder = recordEvents()
    const passed = await run(port, stepsOf([guardThat(guard), guardThat(() => ALLOW)]), context)
    close(context)
    recorder.stop()
    return { passed, port, recorder }
  }

  test('is told once, and its events have no address', async () => {
    const { passed, port, recorder } = await lost(() => ALLOW)
    expect(passed).toBe(true)
    expect(port.reported).toMatchObject([{ message: 'trust' }])
    expect(recorder.verdicts).toHaveLength(2)
    expect(recorder.events).toMatchObject([{ name: 'request_completed', request: { address: undefined } }])
  })

  test('refuses where a guard goes by the address', async () => {
    const { passed } = await lost(({ address }) => (address ? ALLOW : ALLOW))
    expect(passed).toBe(false)
    expect((await decide([guardThat(() => ALLOW)])).passed).toBe(true)
  })
})

interface Seen {
  readonly peer: string
  readonly tls?: boolean
  readonly proto?: string
  readonly forwardedFor?: string
}

function isSecure({ peer, tls = false, proto, forwardedFor }: Seen, proxies: readonly string[]): boolean {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: peer })
  Object.defineProperty(socket, 'encrypted', { value: tls })
  const raw = new IncomingMessage(socket)
  if (proto !== undefined) raw.headers['x-forwarded-proto'] = proto
  if (forwardedFor !== undefined) raw.headers['x-forwarded-for'] = forwardedFor
  return new RequestHead(raw, '/', proxies.length === 0 ? trustNone : compileTrust(proxies)).secure
}

const proxies = ['10.0.0.0/8']
const cases: readonly [name: string, seen: Seen, proxies: readonly string[], secure: boolean][] = [
  ['plain HTTP', { peer: '192.0.2.1' }, [], false],
  ['TLS here', { peer: '192.0.2.1', tls: true }, [], true],
  ['nobody is trusted', { peer: '10.0.0.1', proto: 'https' }, [], false],
  ['an untrusted caller says https', { peer: '192.0.2.1', proto: 'https' }, proxies, false],
  ['an untrusted caller over TLS says http', { peer: '192.0.2.1', tls: true, proto: 'http' }, proxies, true],
  ['a trusted proxy says https', { peer: '10.0.0.1', proto: 'https' }, proxies, true],
  ['a trusted proxy says HTTPS', { peer: '10.0.0.1', proto: ' HTTPS ' }, proxies, true],
  ['a trusted proxy says http, over TLS', { peer: '10.0.0.1', tls: true, proto: 'http' }, proxies, false],
  ['a trusted proxy says nothing', { peer: '10.0.0.1' }, proxies, false],
  ['a trusted proxy says nothing, over TLS', { peer: '10.0.0.1', tls: true }, proxies, true],
  ['a trusted proxy says something else', { peer: '10.0.0.1', proto: 'httpsx' }, proxies, false],
  ['a trusted proxy says an empty word', { peer: '10.0.0.1', proto: '' }, proxies, false],
  ['the caller planted https before the proxy added http', { peer: '10.0.0.1', proto: 'https, http' }, proxies, false],
  [
    'an inner proxy added http behind the edge',
    { peer: '10.0.0.2', proto: 'https, http', forwardedFor: '192.0.2.1, 10.0.0.1' },
    proxies,
    true,
  ],
  [
    'the same with a planted word in front',
    { peer: '10.0.0.2', proto: 'https, http, http', forwardedFor: '1.2.3.4, 192.0.2.1, 10.0.0.1' },
    proxies,
    false,
  ],
  [
    'the inner proxy handed the word of the edge on',
    { peer: '10.0.0.2', proto: 'https', forwardedFor: '192.0.2.1, 10.0.0.1' },
    proxies,
    true,
  ],
  ['an IPv4-mapped proxy', { peer: '::ffff:10.0.0.1', proto: 'https' }, proxies, true],
]

test.each(cases)('whether the connection is secure: %s', (_, seen, trusted, secure) => {
  expect(isSecure(seen, trusted)).toBe(secure)
})
