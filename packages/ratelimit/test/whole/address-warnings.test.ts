import { protect } from '@ashlar/express'
import { testRequest, testServer } from '@ashlar/testkit'
import { expect, jest, test } from '@jest/globals'
import express from 'express'

import { blocklist, fixedWindow, rateLimit } from '../../src/index.ts'

const policy = fixedWindow({ limit: 100, window: '1d' })

test.each([
  ['a rate limit', () => rateLimit({ policy }), undefined, 'ERR_PROXY_NOT_TRUSTED'],
  [
    'a blocklist',
    () => {
      const blocks = blocklist()
      void blocks.block('198.51.100.7')
      return blocks.addresses
    },
    true,
    'ERR_PROXY_TRUSTS_ALL',
  ],
])('%s that goes by an address which means nothing is warned of', async (_, guard, trust, code) => {
  const warning = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const app = express()
  if (trust !== undefined) app.set('trust proxy', trust)
  app.use(protect(guard()), (_request, response) => void response.end())
  const server = await testServer(app)
  for (let call = 0; call < 3; call++) await server.call('/', { headers: { 'x-forwarded-for': '198.51.100.7' } })
  await server.close()
  expect(warning.mock.calls.map(([, options]) => (options as { code: string }).code)).toEqual([code])
  warning.mockRestore()
})

test('requests without an address share one limit', () => {
  const guard = rateLimit({ policy: fixedWindow({ limit: 1, window: '1d' }) })
  const kindOf = () => {
    const request = { ...testRequest(), address: undefined, headers: {} }
    return (guard.check(request as never, {}) as { kind: string }).kind
  }
  expect(kindOf()).toBe('allow')
  expect(kindOf()).toBe('deny')
})
