import { recordEvents } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { accessControl, recordPermissionUse } from '../../src/index.ts'
import { FRAMEWORKS } from '../apps.ts'

const access = accessControl({
  roles: {
    viewer: { permissions: ['orders:read', 'positions:read'] },
    trader: { inherits: ['viewer'], permissions: ['orders:write', 'positions:close'] },
    admin: { permissions: ['*:*'] },
  },
  policies: [
    {
      id: 'own',
      effect: 'allow',
      resource: 'notes',
      action: 'read',
      conditions: { equals: { 'resource.owner': { ref: 'user.id' } } },
    },
    {
      id: 'frozen',
      effect: 'deny',
      resource: 'orders',
      action: 'write',
      conditions: { equals: { 'user.frozen': true } },
    },
  ],
  separation: [{ kind: 'static', roles: ['trader', 'admin'] }],
})

describe.each(FRAMEWORKS)('use is recorded from the events of %s', (_name, serve) => {
  test('by permission and subject, refusals not counted', async () => {
    const server = await serve({
      'GET /orders': [access.permit('orders:read')],
      'GET /admin': [access.permit('users:write')],
    })
    const events = recordEvents()
    const recorder = recordPermissionUse()
    try {
      for (const path of ['/orders', '/orders', '/admin']) {
        const completed = events.completed()
        await server.call(path, { headers: { 'x-roles': 'viewer' } })
        await completed
      }
      expect(recorder.used()).toEqual([
        { permission: 'orders:read', count: 2, lastUsed: expect.any(Number), subjects: ['alice'] },
      ])
    } finally {
      await recorder.close()
      events.stop()
      await server.close()
    }
  })
})

test('a recorder that is closed counts no more, and is closed once', async () => {
  const recorder = recordPermissionUse()
  expect(recorder.close()).toBe(recorder.close())
  await recorder.close()
  expect(recorder.used()).toEqual([])
})
