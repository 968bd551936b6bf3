import { createServer } from 'node:http'

import type { AnyGuard } from '@ashlar/core'
import type { NodeMiddleware } from '@ashlar/node'
import { type AdapterUnderTest, type AppUnderTest, adapterContract, serve, TAKEN_OVER } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import express, { type Express, Router } from 'express'

import { adapter, requireFrontDoor } from '../src/index.ts'

function expressApp(app: AppUnderTest): Express {
  const { guards = [], routes = [], mount, rewrite, bodyParser, errorBoundary, trustSetting, options } = app
  const ours = adapter(options)
  const protect = ours.protect as (...guards: readonly AnyGuard[]) => NodeMiddleware
  const server = express()
  if (trustSetting) server.set('trust proxy', 'loopback')
  if (guards.length > 0) server.use(protect(...guards))
  if (bodyParser) server.use(express.json())
  if (rewrite) {
    server.use((request, _response, next) => {
      request.url = rewrite(request.url)
      next()
    })
  }
  const router = mount ? Router() : server
  for (const { method = 'GET', path, guards = [], handler = serve } of routes) {
    router[method === 'GET' ? 'get' : 'post'](path, protect(...guards), (request, response, next) => {
      const { principal, body } = request
      const answer = async (): Promise<void> => {
        const reply = await handler({ source: request, response, principal, body })
        if (reply === TAKEN_OVER) return
        response.status(reply.status ?? 200)
        for (const [name, value] of Object.entries(reply.headers ?? {})) response.set(name, value)
        response.end(reply.body)
      }
      answer().catch(next)
    })
  }
  if (mount) server.use(mount, router)
  if (errorBoundary) server.use(ours.errorBoundary())
  return server
}

const loose = { routes: true, looseRouting: true, followsTrustSetting: true, requireFrontDoor }

const byMiddleware: AdapterUnderTest = {
  ...loose,
  name: 'Express',
  frontDoor: false,
  serve: (app) => createServer(expressApp(app)),
}

const byFrontDoor: AdapterUnderTest = {
  ...loose,
  name: 'Express behind the front door',
  frontDoor: true,
  serve(app) {
    const { guards = [], upgrade, options } = app
    const door = adapter(options).frontDoor(expressApp({ ...app, guards: [] }), ...(guards as readonly []))
    const server = createServer(door)
    if (upgrade) server.on('upgrade', door.upgrade(upgrade))
    return server
  },
}

adapterContract({ describe, test, expect }, byMiddleware)
adapterContract({ describe, test, expect }, byFrontDoor)
