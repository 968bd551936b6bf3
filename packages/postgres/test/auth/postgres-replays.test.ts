import { replaysContract } from '@ashlar/core/contract'
import { beforeEach, describe, expect, test } from '@jest/globals'

import { authTables, postgresReplays } from '../../src/index.ts'
import { onDatabase } from '../support/database.ts'

onDatabase([authTables(), authTables({ schema: 'security' })], (database) => {
  beforeEach(() => database().owner.query('TRUNCATE ashlar_used_once, security.ashlar_used_once'))

  describe.each([{}, { schema: 'security' }])('in %j', (where) => {
    replaysContract({ describe, test, expect }, () => {
      const { pool, other } = database()
      return { one: postgresReplays({ ...where, pool }), other: postgresReplays({ ...where, pool: other }) }
    })
  })
})
