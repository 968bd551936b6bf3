import { testRequest } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'

import { apiKey, apiKeys, authenticate, memoryApiKeys } from '../src/index.ts'

test('two places of one credential that share a fault have each their own challenge', async () => {
  const { check } = authenticate([apiKey(apiKeys({ store: memoryApiKeys() }))])
  const challengeOf = async (headers: Record<string, string>) => {
    const verdict = await check(testRequest({ headers }), {})
    return (verdict as { headers?: Record<string, string> }).headers?.['WWW-Authenticate']
  }
  const bad = `sk_live_${'0'.repeat(38)}`
  for (let count = 0; count < 2; count++) {
    expect(await challengeOf({ authorization: `Bearer ${bad}` })).toBe('Bearer realm="api", error="invalid_token"')
    expect(await challengeOf({ 'x-api-key': bad })).toBe(
      'ApiKey realm="api", header="X-API-Key", error="invalid_token"',
    )
  }
})
