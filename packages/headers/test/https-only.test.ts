import { ALLOW } from '@ashlar/core'
import { testRequest } from '@ashlar/testkit'
import { describe, expect, jest, test } from '@jest/globals'

import { httpsOnly } from '../src/index.ts'
import { APPS, withPages } from './apps.ts'
import { refusalOf, type Wrong } from './refusal.ts'

describe.each(APPS)('in $name', ({ serve }) => {
  test('sends pages on, and refuses what was readable on its way', async () => {
    const options = { guards: [httpsOnly()], trustedProxies: ['loopback'], pages: { '/': () => 'ok' } }
    await withPages(serve, options, async (server) => {
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
  })
})

test('goes on at another port, or not at all, and can leave the header out', () => {
  const get = testRequest({ headers: { host: 'app.example.com' } })
  expect(httpsOnly({ port: 8443 }).check(get, {})).toMatchObject({
    headers: { location: 'https://app.example.com:8443/' },
  })
  expect(httpsOnly({ redirect: false }).check(get, {})).toMatchObject({ kind: 'deny' })
  const secure = testRequest({ secure: true })
  expect(httpsOnly({ strictTransportSecurity: { maxAge: '1d' } }).check(secure, {})).toMatchObject({
    headers: { 'strict-transport-security': 'max-age=86400; includeSubDomains' },
  })
  expect(httpsOnly({ strictTransportSecurity: false }).check(secure, {})).toBe(ALLOW)
})

test('a proxy that nobody declared, whose clients would be sent on for ever, is warned of once', () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
  try {
    const guard = httpsOnly()
    guard.check(testRequest(), {})
    expect(warn).not.toHaveBeenCalled()
    for (let time = 0; time < 3; time++) guard.check(testRequest({ headers: { 'x-forwarded-proto': 'https' } }), {})
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('trustedProxies'), expect.objectContaining({ code: 'ERR_PROXY_NOT_TRUSTED' })],
    ])
  } finally {
    warn.mockRestore()
  }
})

describe('refused at construction', () => {
  const wrong: readonly [name: string, options: Wrong, expected: RegExp][] = [
    ['a port that does not exist', { port: 0 }, /^ERR_OPTION_INVALID .*"port"/],
    ['a port in a text', { port: '8443' }, /^ERR_OPTION_INVALID .*8443/],
    ['a word for a flag', { redirect: 301 }, /^ERR_OPTION_INVALID .*"redirect"/],
    ['an unknown option', { redirects: true }, /^ERR_OPTION_UNKNOWN .*"redirect"/],
    ['true for its options', { strictTransportSecurity: true }, /^ERR_OPTION_INVALID/],
  ]
  test.each(wrong)('%s', (_, options, expected) => {
    expect(refusalOf(() => httpsOnly(options))).toMatch(expected)
  })
})
