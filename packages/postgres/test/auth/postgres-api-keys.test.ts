import { apiKeysContract } from '@ashlar/auth/contract'
import { beforeEach, describe, expect, test } from '@jest/globals'

import { authTables, postgresApiKeys } from '../../src/index.ts'
import { onDatabase } from '../support/database.ts'

onDatabase([authTables(), authTables({ schema: 'security' })], (database) => {
  beforeEach(() => database().owner.query('TRUNCATE ashlar_api_keys, security.ashlar_api_keys'))

  describe.each([{}, { schema: 'security' }])('in %j', (where) => {
    apiKeysContract({ describe, test, expect }, () => ({ store: postgresApiKeys({ ...where, pool: database().pool }) }))
  })
})
