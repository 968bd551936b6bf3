import { ALLOW, deny, guard, problem } from '@ashlar/core'
import { testServer } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'

import { cors, cspNonce, sameOrigin, securityHeaders } from '../../src/index.ts'
import { APPS, pagesApp } from '../apps.ts'

/** What a framework, node or a body says of itself differs; everything else must not. */
const THEIRS = /^(?:date|connection|keep-alive|etag|content-type|content-length|transfer-encoding|cache-control)$/i

const refusing = guard({
  name: 'refusing',
  layer: 'custom',
  reads: 'head',
  check: ({ path }) => (path === '/refused' ? deny(problem('not-permitted')) : ALLOW),
})

const guards = [
  securityHeaders({ reportTo: '/reports' }),
  cors({ origins: ['https://app.example.com'], credentials: true, exposedHeaders: ['X-Request-ID'] }),
  sameOrigin(),
  refusing,
]
const pages = { '/': () => 'ok', '/nonce': (raw: Parameters<typeof cspNonce.of>[0]) => cspNonce.of(raw) }
const requests: Readonly<Record<string, readonly [target: string, method: string, status: number]>> = {
  success: ['/', 'GET', 200],
  refusal: ['/refused', 'GET', 403],
  'cross-site refusal': ['/', 'POST', 403],
  preflight: ['/', 'OPTIONS', 204],
  'not found': ['/missing', 'GET', 404],
  'thrown error': ['/throws', 'GET', 500],
  HEAD: ['/', 'HEAD', 200],
  'page with a nonce': ['/nonce', 'GET', 200],
}

async function protectingLines(app: Parameters<typeof testServer>[0], name: string): Promise<readonly string[]> {
  const [target, method, status] = requests[name]!
  const server = await testServer(app)
  try {
    const headers = {
      origin: 'https://app.example.com',
      'sec-fetch-site': 'cross-site',
      'x-forwarded-proto': 'https',
      ...(method === 'OPTIONS' && { 'access-control-request-method': 'PUT' }),
    }
    const response = await server.call(target, { method, headers })
    expect(response.status).toBe(status)
    const lines: string[] = []
    for (let index = 0; index < response.rawHeaders.length; index += 2) {
      const field = response.rawHeaders[index]!
      if (!THEIRS.test(field))
        lines.push(`${field}: ${response.rawHeaders[index + 1]!.replace(/nonce-[^']+/g, 'nonce-X')}`)
    }
    return lines.sort()
  } finally {
    await server.close()
  }
}

test.each(Object.keys(requests))('every framework sends the same bytes: %s', async (name) => {
  const seen: Record<string, readonly string[]> = {}
  for (const { name: framework, server } of APPS) {
    for (const errorBoundary of [true, false]) {
      const app = server(pagesApp({ guards, pages, errorBoundary, trustedProxies: ['loopback'] }))
      seen[`${framework}, ${errorBoundary ? 'with' : 'without'} an error boundary`] = await protectingLines(app, name)
    }
  }
  const [[, expected = []] = []] = Object.entries(seen)
  const text = expected.join('\n')
  expect(text).toMatch(/^strict-transport-security: /m)
  expect(text).toMatch(/^content-security-policy: default-src 'self';/m)
  expect(text).toMatch(/^vary: Origin/m)
  expect(text).not.toMatch(/x-powered-by/i)
  for (const lines of Object.values(seen)) expect(lines).toEqual(expected)
})
