import assert from 'node:assert/strict'
import { mistake, server } from './app.js'
import { issuer } from './layers.js'

export async function exercise() {
  assert.equal(mistake(), 'ERR_GUARD_INVALID')
  const listening = server()
  await new Promise((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const call = async (path, token, body) => {
    const response = await fetch(`http://127.0.0.1:${listening.address().port}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { ...(token && { authorization: `Bearer ${token}` }), 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    })
    assert.ok(response.headers.get('content-security-policy'))
    return [response.status, await response.json()]
  }
  try {
    const token = issuer.token({ sub: 'tess', roles: ['trader'] })
    const created = await call('/orders', token, { symbol: 'ACME' })
    assert.equal(JSON.stringify(created), '[201,{"by":"tess","symbol":"ACME"}]')
    assert.equal((await call('/orders', token, { symbol: 1 }))[1].code, 'invalid-input')
    assert.equal((await call('/users', token))[1].code, 'not-permitted')
    assert.equal((await call('/orders', undefined, {}))[1].code, 'credentials-required')
    assert.equal((await call('/orders', token, { symbol: 'ACME' }))[1].code, 'rate-limited')
  } finally {
    listening.closeAllConnections()
    await new Promise((resolve) => listening.close(resolve))
  }
}
