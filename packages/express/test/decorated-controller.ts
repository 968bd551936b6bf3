import { createServer } from 'node:http'

import { ALLOW, allow, deny, type Guard, problem, slot } from '@ashlar/core'
import { type TestServer, testServer } from '@ashlar/testkit'
import express, { type RequestHandler } from 'express'

import { errorBoundary } from '../src/index.ts'

export const colour = slot<string>('colour')

export const paint: Guard<{ colour: string }> = {
  name: 'paint',
  layer: 'custom',
  reads: 'head',
  check: async () => allow({ colour: 'blue' }),
}

export const admit: Guard = {
  name: 'admit',
  layer: 'custom',
  reads: 'head',
  check: ({ headers }) => (headers['x-pass'] ? ALLOW : deny(problem('not-permitted'))),
}

/** A controller whose methods a test has decorated, by standard or legacy decorators. */
export interface Controller {
  show: RequestHandler
  fail: RequestHandler
}

/** Serves its methods as people route controllers: bound, or through a closure. */
export function serveController(controller: Controller): Promise<TestServer> {
  const app = express()
  app.get('/show', controller.show.bind(controller))
  app.get('/fail', (request, response, next) => controller.fail(request, response, next))
  app.use(errorBoundary())
  return testServer(createServer(app))
}
