import { createServer } from 'node:http'

import type { AnyGuard } from '@ashlar/core'
import { type AdapterUnderTest, type AppUnderTest, adapterContract } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { adapter, type FrontDoor, type NodeMiddleware } from '../src/index.ts'
import { plainApp } from './plain-app.ts'

const plain = { routes: false, looseRouting: false, followsTrustSetting: false }

function protectOf({ options }: AppUnderTest): (...guards: readonly AnyGuard[]) => NodeMiddleware {
  return adapter(options).protect as (...guards: readonly AnyGuard[]) => NodeMiddleware
}

const byMiddleware: AdapterUnderTest = {
  ...plain,
  name: 'plain node',
  frontDoor: false,
  serve: (app) => createServer(plainApp(app, protectOf(app))),
}

const byFrontDoor: AdapterUnderTest = {
  ...plain,
  name: 'plain node behind the front door',
  frontDoor: true,
  serve(app) {
    const { guards = [], upgrade, options } = app
    const listener = plainApp({ ...app, guards: [] }, protectOf(app))
    const door = adapter(options).frontDoor(listener, ...(guards as readonly [])) as FrontDoor
    const server = createServer(door)
    if (upgrade) server.on('upgrade', door.upgrade(upgrade))
    return server
  },
}

adapterContract({ describe, test, expect }, byMiddleware)
adapterContract({ describe, test, expect }, byFrontDoor)
