import { ALLOW, allow, deny, type Guard, problem, slot } from '@ashlar/core'
import { type TestServer, testServer } from '@ashlar/testkit'
import Router from '@koa/router'
import Koa from 'koa'

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
  show(context: Koa.Context): Promise<void>
  fail(context: Koa.Context): Promise<void>
}

/** Serves its methods as people route controllers: bound, or through a closure. */
export function serveController(controller: Controller): Promise<TestServer> {
  const app = new Koa()
  app.silent = true
  app.use(errorBoundary())
  const router = new Router()
  router.get('/show', controller.show.bind(controller) as never)
  router.get('/fail', (context) => controller.fail(context as never))
  app.use(router.routes())
  return testServer(app.callback())
}
