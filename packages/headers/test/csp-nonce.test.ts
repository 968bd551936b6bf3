import { when } from '@ashlar/core'
import { describe, expect, test } from '@jest/globals'

import { cspNonce, securityHeaders } from '../src/index.ts'
import { APPS, type Page, withPages } from './apps.ts'

const asking: Page = (raw) => `${cspNonce.of(raw)} ${cspNonce.of(raw)}`
const inTemplate: Page = (_, locals) => String(locals['cspNonce'])

describe.each(APPS)('in $name', ({ serve, frontDoor }) => {
  test('a page gets a nonce only when it asks', async () => {
    const guards = [securityHeaders({ reportTo: '/reports', contentSecurityPolicyReportOnly: { imgSrc: ["'none'"] } })]
    const pages = { '/plain': () => 'plain', '/asks': asking, '/template': inTemplate }
    await withPages(serve, { guards, pages }, async (server) => {
      expect((await server.call('/plain')).headers['content-security-policy']).not.toContain('nonce')
      const asks = await server.call('/asks')
      const [nonce, again] = asks.text.split(' ')
      expect(again).toBe(nonce)
      expect(Buffer.from(nonce!, 'base64')).toHaveLength(16)
      expect(asks.headers['content-security-policy']).toContain(`;script-src 'nonce-${nonce}' 'strict-dynamic';`)
      expect(asks.headers['content-security-policy']).toContain(`;style-src 'self' 'nonce-${nonce}';`)
      expect(asks.headers['content-security-policy-report-only']).toContain(`'nonce-${nonce}'`)
      expect((await server.call('/asks')).text).not.toBe(asks.text)
      if (frontDoor) return
      const template = await server.call('/template')
      expect(template.headers['content-security-policy']).toContain(`'nonce-${template.text}'`)
    })
  })

  test("of two guards the later one's policy counts, however the page asks", async () => {
    const guards = [securityHeaders(), securityHeaders({ contentSecurityPolicy: { imgSrc: ["'none'"] } })]
    await withPages(serve, { guards, pages: { '/asks': asking, '/template': inTemplate } }, async (server) => {
      for (const target of frontDoor ? ['/asks'] : ['/asks', '/template']) {
        const answer = await server.call(target)
        const policy = answer.headers['content-security-policy']
        expect(policy).toContain("img-src 'none'")
        expect(policy).toContain(`'nonce-${answer.text.split(' ')[0]}'`)
      }
    })
  })

  test('a nonce that was asked for before the later guard is in its policy, and stays the only one', async () => {
    let early: string | undefined
    const asks = when(({ raw }) => {
      early = cspNonce.of(raw)
      return false
    }, securityHeaders())
    const later = securityHeaders({ contentSecurityPolicy: { imgSrc: ["'none'"] } })
    const pages = { '/asks': asking, '/quiet': () => 'quiet' }
    await withPages(serve, { guards: [securityHeaders(), asks, later], pages }, async (server) => {
      for (const target of ['/asks', '/quiet']) {
        const answer = await server.call(target)
        const policy = String(answer.headers['content-security-policy'])
        expect(policy).toContain("img-src 'none'")
        expect(policy.match(/nonce-[^']+/g)).toEqual([`nonce-${early}`, `nonce-${early}`])
        if (target === '/asks') expect(answer.text).toBe(`${early} ${early}`)
      }
    })
  })
})

test('the api profile has none', async () => {
  const app = { guards: [securityHeaders({ profile: 'api' })], pages: { '/asks': asking } }
  await withPages(APPS[0]!.serve, app, async (server) => {
    expect((await server.call('/asks')).status).toBe(500)
  })
})
