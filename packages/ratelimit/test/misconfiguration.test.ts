import { protect } from '@ashlar/express'
import { testRequest, testServer } from '@ashlar/testkit'
import { expect, jest, test } from '@jest/globals'
import express from 'express'

import { fixedWindow, rateLimit } from '../src/index.ts'

const policy = fixedWindow({ limit: 100, window: 'day' })

test('each arrangement under which an address means nothing is warned of once', async () => {
  const warning = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const codes = () => warning.mock.calls.map(([, options]) => (options as { code: string }).code)
  const serve = (trust: unknown) => {
    const app = express()
    if (trust !== undefined) app.set('trust proxy', trust)
    app.use(protect(rateLimit({ policy })), (_, response) => void response.end())
    return testServer(app)
  }

  const wellSet = await serve('loopback')
  await wellSet.call('/', { headers: { 'x-forwarded-for': '198.51.100.7' } })
  await wellSet.call('/')
  await wellSet.close()
  expect(codes()).toEqual([])

  const untrusted = await serve(undefined)
  for (let call = 0; call < 3; call++) await untrusted.call('/', { headers: { 'x-forwarded-for': '198.51.100.7' } })
  await untrusted.close()
  expect(codes()).toEqual(['ERR_PROXY_NOT_TRUSTED'])

  const trusting = await serve(true)
  for (let call = 0; call < 3; call++) await trusting.call('/', { headers: { 'x-forwarded-for': '198.51.100.7' } })
  await trusting.close()
  expect(codes()).toEqual(['ERR_PROXY_NOT_TRUSTED', 'ERR_PROXY_TRUSTS_ALL'])
  warning.mockRestore()
})

test('requests without an address are warned of, and share one limit', () => {
  const warning = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const guard = rateLimit({ policy: fixedWindow({ limit: 1, window: 'day' }) })
  const kindOf = () => {
    const request = { ...testRequest(), address: undefined, headers: {} }
    return (guard.check(request as never, {}) as { kind: string }).kind
  }
  expect(kindOf()).toBe('allow')
  expect(kindOf()).toBe('deny')
  expect(warning).toHaveBeenCalledWith(
    expect.stringContaining('docs/reference/errors/ERR_ADDRESS_UNKNOWN.md'),
    expect.objectContaining({ code: 'ERR_ADDRESS_UNKNOWN' }),
  )
  warning.mockRestore()
})
