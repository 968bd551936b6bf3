import { sessionsContract } from '@ashlar/auth/contract'
import { beforeEach, describe, expect, test } from '@jest/globals'

import { authTables, postgresSessions } from '../../src/index.ts'
import { onDatabase } from '../support/database.ts'

onDatabase([authTables(), authTables({ schema: 'security' })], (database) => {
  beforeEach(() => database().owner.query('TRUNCATE ashlar_sessions, security.ashlar_sessions'))

  describe.each([{}, { schema: 'security' }])('in %j', (where) => {
    sessionsContract({ describe, test, expect }, () => {
      const { pool, other } = database()
      return { one: postgresSessions({ ...where, pool }), other: postgresSessions({ ...where, pool: other }) }
    })
  })

  test('those that are over are deleted, once in a hundred logins', async () => {
    const { pool } = database()
    const store = postgresSessions({ pool })
    const record = { id: 'i', subject: 's', roles: [], scopes: [], authenticatedAt: 0, expiresAt: 0, seenAt: 0 }
    for (let count = 0; count < 100; count++) await store.insert(`hash-${count}`, record, Date.now() - 1)
    const left = async () => Number((await pool.query('SELECT count(*) FROM ashlar_sessions')).rows[0].count)
    while ((await left()) > 1) await new Promise((resolve) => setImmediate(resolve))
  })
})
