import { createServer, type Server } from 'node:http'

import { errorBoundary, handle, Protect, protect } from '@ashlar/express'
import { requireFrontDoor } from '@ashlar/node'
import express, { type Request, type Response } from 'express'

import { front, order, permit } from './layers.js'

class Orders {
  @Protect(permit('orders:write'), order)
  place(request: Request, response: Response): void {
    const { symbol, quantity }: { symbol: string; quantity: number } = order.of(request).body
    response.status(201).json({ symbol, quantity })
  }
}

export function server(): Server {
  const app = express()
  const orders = new Orders()
  app.use(protect(...front()))
  app.use(express.json())
  app.post('/orders', (request, response) => orders.place(request, response))
  app.post(
    '/same',
    handle([order], ({ input }, request: Request, response: Response) => {
      const subject: string | undefined = request.principal?.subject
      response.json({ subject, symbol: input.body.symbol })
    }),
  )
  app.get('/door', protect(requireFrontDoor()), (_request, response) => void response.json({}))
  app.use(errorBoundary())
  return createServer(app)
}
