import { adapterContract, testApps } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'
import express from 'express'

import { adapter, requireFrontDoor } from '../../src/index.ts'

const queryParsers = ['simple', 'extended', false, (search: string) => Object.fromEntries(new URLSearchParams(search))]
const traits = { requireFrontDoor, routes: true, looseRouting: true, followsTrustSetting: true, queryParsers }

for (const { name, frontDoor, server } of testApps({ express: { adapter, versions: { Express: express } } })) {
  adapterContract({ describe, test, expect }, { ...traits, name, frontDoor, serve: server })
}
