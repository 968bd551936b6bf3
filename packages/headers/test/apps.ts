import type { RequestListener } from 'node:http'

import type { AnyGuard } from '@ashlar/core'
import { type ExpressAdapter, adapter as expressAdapter } from '@ashlar/express'
import { type KoaAdapter, adapter as koaAdapter } from '@ashlar/koa'
import express from 'express'
// @ts-expect-error: an alias without types
import express4 from 'express-v4'
import Koa from 'koa'
// @ts-expect-error: an alias without types
import Koa2 from 'koa-v2'

/** What a page of the test apps is made of. `locals` is `res.locals` or `ctx.state`. */
export type Page = (raw: import('node:http').IncomingMessage, locals: { cspNonce?: string }) => string

export interface AppOptions {
  readonly guards: readonly AnyGuard[]
  /** Pages by path. */
  readonly pages?: Readonly<Record<string, Page>>
  readonly trustedProxies?: readonly string[]
  /** Guards in front of the app instead of in it. */
  readonly frontDoor?: boolean
  /** Whether the adapter's error boundary stands in the app. Default `true`. */
  readonly boundary?: boolean
}

type Framework = (options: AppOptions) => RequestListener

const settingsOf = ({ trustedProxies }: AppOptions): Parameters<typeof expressAdapter>[0] => ({
  onError: () => {},
  ...(trustedProxies && { trustedProxies }),
})

function inExpress(make: typeof express, options: AppOptions): RequestListener {
  const ashlar: ExpressAdapter = expressAdapter(settingsOf(options))
  const app = make()
  app.set('env', 'test')
  if (!options.frontDoor) app.use(ashlar.protect(...(options.guards as [])))
  for (const [path, page] of Object.entries(options.pages ?? {})) {
    app.all(path, (request, response) => void response.type('html').send(page(request, response.locals)))
  }
  app.get('/throws', () => {
    throw new Error('planted')
  })
  if (options.boundary !== false) app.use(ashlar.errorBoundary())
  return options.frontDoor ? ashlar.frontDoor(app, ...(options.guards as [])) : app
}

function inKoa(Make: typeof Koa, options: AppOptions): RequestListener {
  const ashlar: KoaAdapter = koaAdapter(settingsOf(options))
  const app = new Make()
  app.silent = true
  if (options.boundary !== false) app.use(ashlar.errorBoundary())
  if (!options.frontDoor) app.use(ashlar.protect(...(options.guards as [])))
  app.use((context) => {
    if (context.path === '/throws') throw new Error('planted')
    const page = options.pages?.[context.path]
    if (!page) return
    context.type = 'html'
    context.body = page(context.req, context.state)
  })
  return options.frontDoor ? ashlar.frontDoor(app, ...(options.guards as [])) : (app.callback() as RequestListener)
}

/** Every framework and place that guards can stand in. */
export const FRAMEWORKS: Readonly<Record<string, Framework>> = {
  'Express 4': (options) => inExpress(express4, options),
  'Express 5': (options) => inExpress(express, options),
  'Koa 2': (options) => inKoa(Koa2, options),
  'Koa 3': (options) => inKoa(Koa, options),
  'the front door of Express': (options) => inExpress(express, { ...options, frontDoor: true }),
  'the front door of Koa': (options) => inKoa(Koa, { ...options, frontDoor: true }),
}
