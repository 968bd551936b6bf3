// What every adapter must do, with the adapter of one copy, and the guards and the reading of their state of the other.
import { describe, test } from 'node:test'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import { expect } from 'expect'
import express from 'express'
import Koa from 'koa'
import { here, there } from './copies.js'

const { adapterContract, testApps } = await there('@ashlar/testkit')
const inExpress = await here('@ashlar/express')
const inKoa = await here('@ashlar/koa')

const traits = { routes: true, looseRouting: true }
const frameworks = [
  [testApps({ express: { adapter: inExpress.adapter, versions: { Express: express } } }), inExpress, true],
  [testApps({ koa: { adapter: inKoa.adapter, Router, bodyParser, versions: { Koa } } }), inKoa, false],
]

for (const [apps, { requireFrontDoor }, followsTrustSetting] of frameworks) {
  for (const { name, frontDoor, server } of apps) {
    adapterContract(
      { describe, test, expect },
      { ...traits, requireFrontDoor, followsTrustSetting, name, frontDoor, serve: server },
    )
  }
}
