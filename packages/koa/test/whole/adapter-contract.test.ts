import { adapterContract, testApps } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import Koa from 'koa'

import { adapter, requireFrontDoor } from '../../src/index.ts'

const traits = { requireFrontDoor, routes: true, looseRouting: true, followsTrustSetting: false }

for (const { name, frontDoor, server } of testApps({ koa: { adapter, Router, bodyParser, versions: { Koa } } })) {
  adapterContract({ describe, test, expect }, { ...traits, name, frontDoor, serve: server })
}
