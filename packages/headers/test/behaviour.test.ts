import { connect } from 'node:net'

import { fakeClock, recordEvents, type TestServer, testServer } from '@ashlar/testkit'
import { afterEach, describe, expect, test } from '@jest/globals'

import {
  clearSiteData,
  cors,
  crossSiteToken,
  cspNonce,
  httpsOnly,
  receiveReports,
  sameOrigin,
  securityHeaders,
} from '../src/index.ts'
import { type AppOptions, FRAMEWORKS } from './apps.ts'

const frameworks = Object.entries(FRAMEWORKS)
const closing: TestServer[] = []

async function serve(
  make: (options: AppOptions) => Parameters<typeof testServer>[0],
  options: AppOptions,
): Promise<TestServer> {
  const server = await testServer(make(options))
  closing.push(server)
  return server
}

afterEach(async () => {
  await Promise.all(closing.splice(0).map((server) => server.close()))
})

describe.each(frameworks)('in %s', (name, make) => {
  test('cors() lets allowed origins read, and answers only real preflights', async () => {
    const guard = cors({ origins: ['https://app.example.com'], credentials: true, headers: ['X-Thing'], maxAge: 60 })
    const server = await serve(make, { guards: [guard], pages: { '/': () => 'ok' } })
    const from = (origin: string, more = {}) => ({ headers: { origin, ...more } })

    const read = await server.call('/', from('https://app.example.com'))
    expect([
      read.status,
      read.headers['access-control-allow-origin'],
      read.headers['access-control-allow-credentials'],
    ]).toEqual([200, 'https://app.example.com', 'true'])
    expect(read.headers.vary).toBe('Origin')
    const foreign = await server.call('/', from('https://evil.test'))
    expect(foreign.headers).not.toHaveProperty('access-control-allow-origin')
    expect(foreign.headers.vary).toBe('Origin')
    expect((await server.call('/')).headers.vary).toBe('Origin')

    const ask = (method: string, more = {}, origin = 'https://app.example.com') =>
      server.call('/', { method: 'OPTIONS', ...from(origin, { 'access-control-request-method': method, ...more }) })
    const granted = await ask('DELETE', { 'access-control-request-headers': 'x-thing' })
    expect([granted.status, granted.text]).toEqual([204, ''])
    expect(granted.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': 'X-Thing',
      'access-control-max-age': '60',
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
    })
    for (const refused of [
      await ask('DELETE', {}, 'https://evil.test'),
      await ask('TRACE'),
      await ask('delete'),
      await ask('GET', { 'access-control-request-headers': 'x-thing, x-other' }),
      await ask('GET', { 'access-control-request-private-network': 'true' }),
    ]) {
      expect([refused.status, refused.json().code]).toEqual([403, 'cross-origin-refused'])
      expect(Object.keys(refused.headers).filter((field) => field.startsWith('access-control'))).toEqual([])
      expect(refused.headers.vary).toContain('Origin')
    }
    const options = await server.call('/', { method: 'OPTIONS', ...from('https://app.example.com') })
    expect(options.status).toBe(200)
    expect(options.text).not.toBe('')
  })

  test('cors() stays on answers to errors', async () => {
    const server = await serve(make, { guards: [cors({ origins: ['https://app.example.com'] })], boundary: false })
    for (const target of ['/missing', '/throws']) {
      const { headers } = await server.call(target, { headers: { origin: 'https://app.example.com' } })
      expect(headers).toMatchObject({ 'access-control-allow-origin': 'https://app.example.com', vary: 'Origin' })
    }
  })

  test('a page gets a nonce only when it asks', async () => {
    const pages = {
      '/plain': () => 'plain',
      '/asks': (raw: Parameters<typeof cspNonce.of>[0]) => `${cspNonce.of(raw)} ${cspNonce.of(raw)}`,
      '/template': (_: unknown, locals: { cspNonce?: string }) => String(locals.cspNonce),
    }
    const server = await serve(make, {
      guards: [securityHeaders({ contentSecurityPolicyReportOnly: { imgSrc: ["'none'"] } })],
      pages,
    })
    const plain = await server.call('/plain')
    expect(plain.headers['content-security-policy']).not.toContain('nonce')
    const asks = await server.call('/asks')
    const [nonce, again] = asks.text.split(' ')
    expect(again).toBe(nonce)
    expect(Buffer.from(nonce!, 'base64')).toHaveLength(16)
    expect(asks.headers['content-security-policy']).toContain(`script-src 'nonce-${nonce}' 'strict-dynamic';`)
    expect(asks.headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonce}';`)
    expect(asks.headers['content-security-policy-report-only']).toContain(`'nonce-${nonce}'`)
    expect((await server.call('/asks')).text).not.toBe(asks.text)
    if (name.startsWith('the front door')) return
    const template = await server.call('/template')
    expect(template.headers['content-security-policy']).toContain(`'nonce-${template.text}'`)
  })

  test('httpsOnly() sends pages on, and refuses what was readable on its way', async () => {
    const server = await serve(make, {
      guards: [httpsOnly()],
      trustedProxies: ['loopback'],
      pages: { '/': () => 'ok' },
    })
    const https = await server.call('/', { headers: { 'x-forwarded-proto': 'https' } })
    expect([https.status, https.headers['strict-transport-security']]).toEqual([
      200,
      'max-age=31536000; includeSubDomains',
    ])
    const sent = await server.call('/a?b=%20c', { headers: { host: 'App.example.com:8080' } })
    expect([sent.status, sent.headers.location]).toEqual([308, 'https://app.example.com/a?b=%20c'])
    expect(sent.headers).not.toHaveProperty('strict-transport-security')
    for (const call of [
      { method: 'POST', body: 'x=1' },
      { headers: { authorization: 'Bearer x' } },
      { headers: { 'x-api-key': 'x' } },
      { headers: { host: 'evil.test/@app.example.com' } },
    ]) {
      const refused = await server.call('/', call)
      expect([refused.status, refused.json().code]).toEqual([403, 'https-required'])
    }
    expect((await server.call('/', { headers: { 'x-forwarded-proto': 'http' } })).status).toBe(308)
  })

  test('clearSiteData() on a success, not on an error', async () => {
    const server = await serve(make, { guards: [clearSiteData()], pages: { '/': () => 'ok' } })
    expect((await server.call('/')).headers['clear-site-data']).toBe('"cache", "cookies", "storage"')
    expect((await server.call('/throws')).headers).not.toHaveProperty('clear-site-data')
  })

  test('a signed token serves browsers that send neither Sec-Fetch-Site nor Origin', async () => {
    const secret = 'the first secret, which is long enough'
    const form = (raw: Parameters<typeof crossSiteToken.of>[0]) => crossSiteToken.of(raw)
    const guards = [sameOrigin({ token: { secret, sessionCookie: 'sid' } })]
    const server = await serve(make, { guards, pages: { '/form': form } })
    const page = await server.call('/form', { headers: { cookie: 'sid=alice' } })
    const [cookie] = page.headers['set-cookie'] ?? []
    expect(cookie).toMatch(/^__Host-cross-site-token=[\w-]{24}; Path=\/; Secure; HttpOnly; SameSite=Strict$/)
    const held = cookie!.split(';')[0]!
    const post = async (headers: Record<string, string>) =>
      (await server.call('/form', { method: 'POST', headers })).status
    expect(await post({ cookie: `sid=alice; ${held}`, 'x-csrf-token': page.text })).toBe(200)
    const wrong = [
      { cookie: `sid=alice; ${held}` },
      { cookie: 'sid=alice', 'x-csrf-token': page.text },
      { cookie: `sid=bob; ${held}`, 'x-csrf-token': page.text },
      { cookie: `sid=alice; ${held}; ${held}`, 'x-csrf-token': page.text },
      {
        cookie: `sid=alice; ${held}`,
        'x-csrf-token': page.text.replace(/.{8}$/, (end) => (/^A/.test(end) ? 'BBBBBBBB' : 'AAAAAAAA')),
      },
      { cookie: `sid=alice; ${held}`, 'x-csrf-token': held.split('=')[1]! },
      { cookie: `sid=alice; ${held}`, 'x-csrf-token': '' },
      { cookie: `sid=alice; ${held}`, 'x-csrf-token': page.text, 'sec-fetch-site': 'cross-site' },
    ]
    for (const headers of wrong) expect(await post(headers as unknown as Record<string, string>)).toBe(403)
    const again = await server.call('/form', { headers: { cookie: `sid=alice; ${held}` } })
    expect(again.text).toBe(page.text)
    expect(again.headers).not.toHaveProperty('set-cookie')
  })
})

test('an exemption lets its route through, and says why', async () => {
  const make = FRAMEWORKS['Express 5']!
  const exempt = [{ path: '/hooks/*', reason: 'The sender signs its requests' }]
  const server = await serve(make, {
    guards: [sameOrigin({ exempt })],
    pages: { '/hooks/pay': () => 'ok', '/pay': () => 'ok' },
  })
  const recorder = recordEvents()
  try {
    const post = async (target: string) =>
      (await server.call(target, { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } })).status
    expect(await post('/hooks/pay')).toBe(200)
    expect(recorder.verdicts[0]?.decision).toMatchObject({ outcome: 'allow', reason: 'The sender signs its requests' })
    expect(await post('/pay')).toBe(403)
    expect(await post('/Hooks/pay')).toBe(403)
    expect(await post('/hooks/../pay')).toBe(400)
  } finally {
    recorder.stop()
  }
})

test('a token of an older secret is still good, one of no secret is not', async () => {
  const old = 'the older secret, which is long enough'
  const current = 'the newer secret, which is long enough'
  const pages = { '/': (raw: Parameters<typeof crossSiteToken.of>[0]) => crossSiteToken.of(raw) }
  const make = FRAMEWORKS['Koa 3']!
  const withSecret = (secret: string | string[]) =>
    serve(make, { guards: [sameOrigin({ token: { secret, sessionCookie: 'sid' } })], pages })
  const before = await (await withSecret(old)).call('/')
  const headers = { cookie: before.headers['set-cookie']![0]!.split(';')[0]!, 'x-csrf-token': before.text }
  expect((await (await withSecret([current, old])).call('/', { method: 'POST', headers })).status).toBe(200)
  expect((await (await withSecret(current)).call('/', { method: 'POST', headers })).status).toBe(403)
})

describe('receiveReports()', () => {
  const report = (blockedURL: unknown, more = {}) => ({
    type: 'csp-violation',
    url: 'https://app.example.com/secret?token=planted',
    body: { effectiveDirective: 'script-src-elem', blockedURL, disposition: 'enforce', ...more },
  })
  const send = (server: TestServer, body: unknown, type = 'application/reports+json') =>
    server.call('/reports', {
      method: 'POST',
      headers: { 'content-type': type },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })

  test.each(frameworks)('%s: answers, publishes known words and origins, each once', async (_, make) => {
    const clock = fakeClock()
    const server = await serve(make, { guards: [receiveReports({ path: '/reports', clock, quietSeconds: 60 })] })
    const recorder = recordEvents()
    const violations = () =>
      recorder.events.flatMap((event) => ('violation' in event && event.violation ? [event.violation] : []))
    try {
      const planted = 'https://evil.test/x?planted'
      expect((await send(server, [report('inline'), report(planted), report(planted)])).status).toBe(204)
      expect(violations()).toEqual([
        {
          type: 'csp-violation',
          directive: 'script-src-elem',
          blocked: 'inline',
          page: 'https://app.example.com',
          disposition: 'enforce',
        },
        {
          type: 'csp-violation',
          directive: 'script-src-elem',
          blocked: 'https://evil.test',
          page: 'https://app.example.com',
          disposition: 'enforce',
        },
      ])
      expect(JSON.stringify(recorder.events)).not.toContain('planted')
      await send(server, [report('inline')])
      expect(violations()).toHaveLength(2)
      clock.advance(60_000)
      await send(server, [report('inline')])
      expect(violations()).toHaveLength(3)
      const older = {
        'csp-report': {
          'document-uri': 'https://a.example/p',
          'violated-directive': "img-src 'self'",
          'blocked-uri': 'data',
        },
      }
      expect((await send(server, older, 'application/csp-report')).status).toBe(204)
      expect(violations()[3]).toEqual({
        type: 'csp-violation',
        directive: 'img-src',
        blocked: undefined,
        page: 'https://a.example',
        disposition: 'enforce',
      })
    } finally {
      recorder.stop()
    }
    expect((await send(server, '{', 'application/csp-report')).json().code).toBe('malformed-body')
    expect((await send(server, 'null', 'application/csp-report')).json().code).toBe('malformed-body')
    expect((await send(server, [], 'application/json')).json().code).toBe('unsupported-media-type')
    expect((await send(server, 'x'.repeat(65_537))).json().code).toBe('payload-too-large')
    expect((await server.call('/reports')).status).toBe(404)
  })

  test('a body without end is given up, a flood publishes no more than its share', async () => {
    const make = FRAMEWORKS['Express 5']!
    const guard = receiveReports({
      path: '/reports',
      maxBytes: 1000,
      maxPerMinute: 5,
      maxRemembered: 3,
      clock: fakeClock(),
    })
    const server = await serve(make, { guards: [guard] })
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(server.port, '127.0.0.1')
      const chunk = `3e8\r\n${'x'.repeat(1000)}\r\n`
      socket.write(
        'POST /reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/reports+json\r\nTransfer-Encoding: chunked\r\n\r\n',
      )
      socket.write(chunk + chunk)
      socket.once('data', (data) => {
        socket.destroy()
        resolve(data.toString())
      })
      socket.once('error', reject)
    })
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    const recorder = recordEvents()
    try {
      for (let index = 0; index < 20; index++) await send(server, [report(`https://h${index}.test`)])
      const published = recorder.events.filter((event) => event.name === 'policy_violation_reported')
      expect(published).toHaveLength(5)
      expect(published[0]).toMatchObject({ by: 'report receiver', outcome: 'refused', request: { method: 'POST' } })
    } finally {
      recorder.stop()
    }
  })

  test('reports that only look like reports publish nothing', async () => {
    const server = await serve(FRAMEWORKS['Koa 3']!, { guards: [receiveReports({ path: '/reports' })] })
    const recorder = recordEvents()
    try {
      const odd = [
        null,
        1,
        'x',
        [],
        {},
        { type: 'made-up' },
        { type: '__proto__', body: {} },
        { type: ['csp-violation'] },
      ]
      expect((await send(server, odd)).status).toBe(204)
      expect(recorder.events.filter((event) => event.name === 'policy_violation_reported')).toEqual([])
    } finally {
      recorder.stop()
    }
  })
})
