import { describe, expect, test } from '@jest/globals'

import { apiKeysContract } from '../../src/contract.ts'
import { memoryApiKeys } from '../../src/index.ts'

apiKeysContract({ describe, test, expect }, async () => ({ store: memoryApiKeys() }))

test('when so many are there, further ones are refused', async () => {
  const store = memoryApiKeys({ maxRemembered: 1 })
  const record = { environment: 'live', subject: 's', roles: [], scopes: [], createdAt: 1 }
  await store.insert({ ...record, id: 'a', hash: 'a' })
  await expect(store.insert({ ...record, id: 'b', hash: 'b' })).rejects.toMatchObject({
    code: 'ERR_DEPENDENCY_UNAVAILABLE',
  })
})
