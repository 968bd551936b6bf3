import assert from 'node:assert/strict'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { entries } from './every-entry.js'
import { server as express } from './express.js'
import { server as koa } from './koa.js'
import { issuer } from './layers.js'

async function exercise(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const call = async (path: string, role?: string, body?: object): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        'content-type': 'application/json',
        ...(role && { authorization: `Bearer ${issuer.token({ sub: role, roles: [role] })}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    await response.text()
    return response.status
  }
  assert.equal(await call('/orders', 'trader', { symbol: 'ACME', quantity: 1 }), 201)
  assert.equal(await call('/orders', 'trader', { symbol: 'ACME' }), 400)
  assert.equal(await call('/orders', 'viewer', { symbol: 'ACME', quantity: 1 }), 403)
  assert.equal(await call('/orders', undefined, {}), 401)
  assert.equal(await call('/same', 'viewer', { symbol: 'ACME', quantity: 1 }), 200)
  assert.equal(await call('/door', 'trader'), 500)
}

async function main(): Promise<void> {
  for (const entry of entries) assert.ok(Object.keys(entry).length > 0)
  await exercise(express())
  await exercise(koa())
  console.log('the app is content')
  process.exit(0)
}

main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
