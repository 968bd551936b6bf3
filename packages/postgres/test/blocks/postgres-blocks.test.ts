import { blocksContract } from '@ashlar/ratelimit/contract'
import { beforeEach, describe, expect, test } from '@jest/globals'

import { blockTables, postgresBlocks } from '../../src/index.ts'
import { onDatabase } from '../support/database.ts'

onDatabase([blockTables(), blockTables({ table: 'security.table' })], (database) => {
  beforeEach(() => database().owner.query('TRUNCATE ashlar_blocks, security."table"'))

  describe.each([{}, { table: 'security.table' }])('in %j', (where) => {
    blocksContract({ describe, test, expect }, () => {
      const { pool, other } = database()
      return { one: postgresBlocks({ ...where, pool }), other: postgresBlocks({ ...where, pool: other }) }
    })
  })

  test('does not load what has ended', async () => {
    const store = postgresBlocks({ pool: database().pool })
    await store.put({ target: 'address 192.0.2.7', until: Date.now() - 1000 })
    expect(await store.load()).toEqual([])
  })
})
