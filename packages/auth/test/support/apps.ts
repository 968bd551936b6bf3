import { type AnyGuard, principal } from '@ashlar/core'
import { protect as protectExpress } from '@ashlar/express'
import { protect as protectKoa } from '@ashlar/koa'
import { type TestServer, testServer } from '@ashlar/testkit'
import express from 'express'
import Koa from 'koa'

/** The same app in each framework: every path answers with the principal's subject, behind the guards. */
export const apps: readonly { readonly framework: string; serve(...guards: AnyGuard[]): Promise<TestServer> }[] = [
  {
    framework: 'Express',
    serve(...guards) {
      const app = express()
      app.use(protectExpress(...(guards as [])))
      app.use((request, response) => {
        response.json({ subject: request.principal?.subject ?? null, slot: principal.find(request)?.subject ?? null })
      })
      return testServer(app)
    },
  },
  {
    framework: 'Koa',
    serve(...guards) {
      const app = new Koa()
      app.silent = true
      app.use(protectKoa(...(guards as [])))
      app.use((context) => {
        const { principal: caller } = context.state as { principal?: { subject: string } }
        context.body = { subject: caller?.subject ?? null, slot: principal.find(context)?.subject ?? null }
      })
      return testServer(app.callback())
    },
  },
]
