import { ALLOW, allow, type Guard } from '@ashlar/core'
import { browserLaunch, recordEvents, type TestServer, testServer, withService } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

import { cors, cspNonce, receiveReports, sameOrigin, securityHeaders } from '../../src/index.ts'
import { APPS, pagesApp } from '../apps.ts'

const browserSuite = withService('browser', describe)

/** Loading the browser takes a while on a busy machine. */
const PATIENCE_MS = 60_000

browserSuite('in a real browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch(browserLaunch())
  }, PATIENCE_MS)
  afterAll(() => browser?.close())

  describe.each(APPS)('$name', ({ serve }) => {
    let app: TestServer
    let stranger: TestServer
    let context: BrowserContext
    let page: Page
    /** `method path cookie` of each request that reached the app. */
    const arrived: string[] = []
    const posted: string[] = []

    beforeAll(async () => {
      // Another host name is another site to a browser.
      stranger = await testServer((_request, response) => {
        response.setHeader('content-type', 'text/html')
        response.end('<title>stranger</title>')
      })
      const friend = `http://127.0.0.1:${stranger.port}`
      const watching: Guard = {
        name: 'watching',
        layer: 'request',
        reads: 'head',
        check({ method, path, headers }) {
          arrived.push(`${method} ${path} ${headers.cookie ?? ''}`.trim())
          // Without SameSite, as older apps set it, browsers send a fresh cookie along with forms of other sites.
          return path === '/login' ? allow({}, { append: { 'set-cookie': 'session=valid; Path=/' } }) : ALLOW
        },
      }
      const open = cors({ origins: [friend], credentials: true })
      const ifOpen: Guard = {
        ...open,
        check: (request, state) => (request.path === '/open' ? open.check(request, state) : ALLOW),
      }
      const guards = [
        watching,
        securityHeaders({ reportTo: '/reports', crossOriginResourcePolicy: 'cross-origin' }),
        receiveReports({ path: '/reports' }),
        ifOpen,
        sameOrigin(),
      ]
      app = await serve(
        pagesApp({
          guards,
          pages: {
            '/': (raw) => `<title>app</title>
              <script nonce="${cspNonce.of(raw)}">window.trusted = true</script>
              <script>window.injected = true</script>
              <img src="/nothing" onerror="window.attribute = true">
              <iframe id="foreign" src="${friend}/framed"></iframe>`,
            '/login': () => '<title>login</title>',
            '/open': () => '{"open":true}',
            '/closed': () => '{"closed":true}',
            '/transfer': () => {
              posted.push('transfer')
              return '<title>done</title>'
            },
          },
        }),
      )
      context = await browser.newContext()
      page = await context.newPage()
    }, PATIENCE_MS)

    afterAll(async () => {
      await context?.close()
      await Promise.all([app?.close(), stranger?.close()])
    })

    const appUrl = (path: string) => `http://localhost:${app.port}${path}`
    const strangerUrl = (path: string) => `http://127.0.0.1:${stranger.port}${path}`

    test(
      'a nonce script runs; an injected script, a handler in an attribute and a foreign frame do not; it is reported',
      async () => {
        const recorder = recordEvents()
        try {
          const reported = page.waitForRequest((request) => request.url().endsWith('/reports'))
          await page.goto(appUrl('/'))
          await reported
          expect(await page.evaluate('[window.trusted, window.injected, window.attribute]')).toEqual([
            true,
            undefined,
            undefined,
          ])
          const frames = page.frames().map((frame) => frame.url())
          expect(frames.some((url) => url.startsWith(strangerUrl('/')))).toBe(false)
          const directives = (): readonly unknown[] =>
            recorder.events.flatMap((event) =>
              'violation' in event && event.violation ? [event.violation.directive] : [],
            )
          const expected = ['frame-src', 'script-src-attr', 'script-src-elem']
          while (!expected.every((directive) => directives().includes(directive))) await recorder.completed()
          expect([...directives()].sort()).toEqual(expected)
        } finally {
          recorder.stop()
        }
      },
      PATIENCE_MS,
    )

    test(
      'nobody can frame the app',
      async () => {
        await page.goto(strangerUrl('/'))
        // The event comes for a refused frame as well, with an error page in it.
        await page.evaluate(`new Promise((resolve) => {
          const frame = Object.assign(document.createElement('iframe'), { src: ${JSON.stringify(appUrl('/login'))} })
          frame.onload = resolve
          document.body.append(frame)
        })`)
        const [, frame] = page.frames()
        expect(await frame!.title()).not.toBe('login')
        expect(frame!.url()).not.toBe(appUrl('/login'))
      },
      PATIENCE_MS,
    )

    test(
      'another origin reads what it may, and nothing else',
      async () => {
        await page.goto(strangerUrl('/'))
        const read = (url: string, init: object = {}): Promise<string> =>
          page.evaluate(
            `fetch(${JSON.stringify(url)}, ${JSON.stringify(init)}).then((answer) => answer.text(), () => 'refused')`,
          )
        expect(await read(appUrl('/open'))).toBe('{"open":true}')
        expect(await read(appUrl('/closed'))).toBe('refused')
        arrived.length = 0
        const preflighted = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{}' }
        expect(await read(appUrl('/open'), { ...preflighted, headers: { 'x-unknown': '1' } })).toBe('refused')
        expect(arrived.filter((line) => line.startsWith('PUT'))).toEqual([])
        // Granted to ask, and still refused as a change of another site.
        expect(JSON.parse(await read(appUrl('/open'), preflighted)).code).toBe('cross-origin-refused')
      },
      PATIENCE_MS,
    )

    test(
      'a form of another site is refused, with the valid session cookie it brings; the own form is not',
      async () => {
        await page.goto(appUrl('/login'))
        const submit = async (): Promise<number> => {
          const [answer] = await Promise.all([
            page.waitForResponse((response) => response.url() === appUrl('/transfer')),
            page.waitForEvent('load'),
            page.evaluate(`{
              const form = document.createElement('form')
              Object.assign(form, { method: 'post', action: ${JSON.stringify(appUrl('/transfer'))} })
              document.body.append(form)
              form.submit()
            }`),
          ])
          return answer.status()
        }
        expect(await submit()).toBe(200)
        expect(posted).toEqual(['transfer'])
        await page.goto(strangerUrl('/'))
        arrived.length = 0
        expect(await submit()).toBe(403)
        expect(arrived).toContain('POST /transfer session=valid')
        expect(posted).toEqual(['transfer'])
      },
      PATIENCE_MS,
    )
  })
})
