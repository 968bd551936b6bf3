import { ALLOW, type AnyGuard } from '@ashlar/core'
import { recordEvents, testServer } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'
import express from 'express'

import { protect } from '../../src/index.ts'

const open: AnyGuard = { name: 'open', layer: 'custom', reads: 'head', check: () => ALLOW }

test('a value in the path of a mounted router is in no event', async () => {
  const app = express()
  const router = express.Router()
  router.get('/confirm/:step', protect(open), (_req, res) => void res.send('confirmed'))
  app.use('/api/v1/reset/:token', router)
  app.use('/api/accounts', router)
  const server = await testServer(app)
  const recorder = recordEvents()
  const routes = []
  for (const mount of [
    '/api/v1/reset/s3cr3t',
    '/api/v1/reset/AbCdEf-gHiJkL_9',
    '/api/v1/reset/a%20b',
    '/api/accounts',
  ]) {
    expect((await server.call(`${mount}/confirm/7`)).status).toBe(200)
    routes.push((await recorder.completed()).request.route)
  }
  recorder.stop()
  await server.close()
  const masked = '/api/v1/reset/*/confirm/:step'
  expect(routes).toEqual([masked, masked, masked, '/api/accounts/confirm/:step'])
})
