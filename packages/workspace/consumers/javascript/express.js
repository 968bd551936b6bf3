import { createServer } from 'node:http'
import { AshlarError, principal } from '@ashlar/core'
import { errorBoundary, protect } from '@ashlar/express'
import express from 'express'
import { layers } from './layers.js'

export function server() {
  const { front, placing, reading, order } = layers()
  const app = express()
  app.set('env', 'test')
  app.use(protect(...front))
  app.use(express.json())
  app.post('/orders', protect(...placing), (req, res) => {
    res.status(201).json({ by: principal.of(req).subject, symbol: order.of(req).body.symbol })
  })
  app.get('/users', protect(...reading), (_req, res) => res.json([]))
  app.use(errorBoundary())
  return createServer(app)
}

export function mistake() {
  try {
    protect({ name: 'no guard' })
  } catch (error) {
    return error instanceof AshlarError && error.code
  }
}
