import { connect } from 'node:net'

import { fakeClock, type Recorder, recordEvents, type TestServer } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { receiveReports } from '../src/index.ts'
import { APPS, serveExpress, serveKoa, withPages } from './apps.ts'
import { refusalOf, type Wrong } from './refusal.ts'

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

const violationsIn = ({ events }: Recorder) =>
  events.flatMap((event) => ('violation' in event && event.violation ? [event.violation] : []))

async function recorded(use: (recorder: Recorder) => Promise<void>): Promise<void> {
  const recorder = recordEvents()
  try {
    await use(recorder)
  } finally {
    recorder.stop()
  }
}

describe.each(APPS)('in $name', ({ serve }) => {
  test('answers, publishes known words and origins, each once', async () => {
    const clock = fakeClock()
    const guards = [receiveReports({ path: '/reports', clock, quiet: '60s' })]
    await withPages(serve, { guards }, async (server) => {
      await recorded(async (recorder) => {
        const planted = 'https://evil.test/x?planted'
        expect((await send(server, [report('inline'), report(planted), report(planted)])).status).toBe(204)
        const known = { type: 'csp-violation', page: 'https://app.example.com', disposition: 'enforce' }
        expect(violationsIn(recorder)).toEqual([
          { ...known, directive: 'script-src-elem', blocked: 'inline' },
          { ...known, directive: 'script-src-elem', blocked: 'https://evil.test' },
        ])
        expect(JSON.stringify(recorder.events)).not.toContain('planted')
        clock.advance(59_999)
        await send(server, [report('inline')])
        expect(violationsIn(recorder)).toHaveLength(2)
        clock.advance(1)
        await send(server, [report('inline')])
        expect(violationsIn(recorder)).toHaveLength(3)
        const older = {
          'csp-report': {
            'document-uri': 'https://a.example/p',
            'violated-directive': "img-src 'self'",
            'blocked-uri': 'data',
          },
        }
        expect((await send(server, older, 'application/csp-report')).status).toBe(204)
        expect(violationsIn(recorder)[3]).toEqual({
          ...known,
          directive: 'img-src',
          blocked: undefined,
          page: 'https://a.example',
        })
      })
      expect((await send(server, '{', 'application/csp-report')).json().code).toBe('malformed-body')
      expect((await send(server, 'null', 'application/csp-report')).json().code).toBe('malformed-body')
      expect((await send(server, [], 'application/json')).json().code).toBe('unsupported-media-type')
      expect((await send(server, 'x'.repeat(65_537))).json().code).toBe('payload-too-large')
      expect((await server.call('/reports')).status).toBe(404)
    })
  })
})

test.each(APPS.filter(({ frontDoor }) => !frontDoor))(
  'in $name: a parser before it that leaves reports alone, or has read them, loses none',
  async ({ serve }) => {
    for (const type of ['application/reports+json', 'application/csp-report']) {
      const route = { method: 'ALL' as const, path: '/reports', guards: [receiveReports({ path: '/reports' })] }
      const server = await serve({ bodyParser: true, routes: [route] })
      try {
        await recorded(async (recorder) => {
          expect((await send(server, [report('inline')], type)).status).toBe(204)
          expect(violationsIn(recorder)).toHaveLength(1)
        })
      } finally {
        await server.close()
      }
    }
  },
)

test('a body without end is given up, a flood publishes no more than its share', async () => {
  const guard = receiveReports({
    path: '/reports',
    maxBytes: 1000,
    maxPerMinute: 5,
    maxRemembered: 3,
    clock: fakeClock(),
  })
  await withPages(serveExpress, { guards: [guard] }, async (server) => {
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
    await recorded(async (recorder) => {
      for (let index = 0; index < 20; index++) await send(server, [report(`https://h${index}.test`)])
      const published = recorder.events.filter((event) => event.name === 'policy_violation_reported')
      expect(published).toHaveLength(5)
      expect(published[0]).toMatchObject({ by: 'report receiver', outcome: 'refused', request: { method: 'POST' } })
    })
  })
})

test('reports that only look like reports publish nothing', async () => {
  await withPages(serveKoa, { guards: [receiveReports({ path: '/reports' })] }, async (server) => {
    await recorded(async (recorder) => {
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
      expect(violationsIn(recorder)).toEqual([])
    })
  })
})

describe('refused at construction', () => {
  const wrong: readonly [name: string, options: Wrong, expected: RegExp][] = [
    ['nothing', undefined, /^ERR_OPTION_MISSING .*"path"/],
    ['no path', {}, /^ERR_OPTION_MISSING .*"path"/],
    ['a path that could not match', { path: 'reports' }, /^ERR_OPTION_INVALID .*"reports"/],
    ['an older name', { path: '/r', quietSeconds: 60 }, /^ERR_OPTION_UNKNOWN/],
    ['a duration without a unit', { path: '/r', quiet: 60 }, /^ERR_OPTION_INVALID .*'60s'/],
    ['no limit', { path: '/r', maxBytes: Number.POSITIVE_INFINITY }, /^ERR_OPTION_INVALID .*"maxBytes"/],
    ['nothing remembered', { path: '/r', maxRemembered: 0 }, /^ERR_OPTION_INVALID .*"maxRemembered"/],
    ['a number in a text', { path: '/r', maxPerMinute: '60' }, /^ERR_OPTION_INVALID .*60/],
    ['a clock that stands for none', { path: '/r', clock: {} }, /^ERR_OPTION_INVALID .*"clock"/],
  ]
  test.each(wrong)('%s', (_, options, expected) => {
    expect(refusalOf(() => receiveReports(options))).toMatch(expected)
  })
})
