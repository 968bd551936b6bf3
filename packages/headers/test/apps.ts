import type { IncomingMessage } from 'node:http'

import type { AnyGuard } from '@ashlar/core'
import { adapter as expressAdapter } from '@ashlar/express'
import { adapter as koaAdapter } from '@ashlar/koa'
import { type AppUnderTest, type Call, type RouteUnderTest, type TestServer, testApps } from '@ashlar/testkit'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import express from 'express'
// @ts-expect-error: an alias without types
import express4 from 'express-v4'
import Koa from 'koa'
// @ts-expect-error: an alias without types
import Koa2 from 'koa-v2'

/** Every framework and place that guards can stand in. */
export const APPS = testApps({
  express: { adapter: expressAdapter, versions: { 'Express 4': express4, 'Express 5': express } },
  koa: { adapter: koaAdapter, Router, bodyParser, versions: { 'Koa 2': Koa2, 'Koa 3': Koa } },
})

type Serve = (typeof APPS)[number]['serve']

/** What a page of the test apps is made of. `locals` is `res.locals` or `ctx.state`. */
export type Page = (raw: IncomingMessage, locals: Call['locals']) => string

export interface PageOptions {
  readonly guards: readonly AnyGuard[]
  /** Pages by path; `/throws` throws. */
  readonly pages?: Readonly<Record<string, Page>>
  readonly trustedProxies?: readonly string[]
  /** Default `true`. */
  readonly errorBoundary?: boolean
  readonly bodyParser?: boolean
}

/** An app of pages. */
export function pagesApp({ pages = {}, trustedProxies, guards, ...more }: PageOptions): AppUnderTest {
  return {
    guards,
    errorBoundary: true,
    ...more,
    routes: [...Object.entries(pages).map(([path, make]) => page(path, make)), THROWS],
    options: { onError() {}, ...(trustedProxies && { trustedProxies }) },
  }
}

const THROWS: RouteUnderTest = {
  path: '/throws',
  handler() {
    throw new Error('planted')
  },
}

function page(path: string, make: Page): RouteUnderTest {
  return {
    method: 'ALL',
    path,
    handler({ source, locals }) {
      const raw = 'req' in source ? source.req : source
      return { headers: { 'content-type': 'text/html; charset=utf-8' }, body: make(raw, locals) }
    },
  }
}

/** Serves an app of pages for as long as `use` takes. */
export async function withPages(
  serve: Serve,
  options: PageOptions,
  use: (server: TestServer) => Promise<void>,
): Promise<void> {
  const server = await serve(pagesApp(options))
  try {
    await use(server)
  } finally {
    await server.close()
  }
}

/** Where one arrangement is enough. */
export const serveExpress: Serve = APPS.find(({ name }) => name === 'Express 5')!.serve
export const serveKoa: Serve = APPS.find(({ name }) => name === 'Koa 3')!.serve
