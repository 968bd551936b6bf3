import type { IncomingMessage } from 'node:http'

import type { AppQuery, QueryParser } from '@ashlar/core/adapter'

/** What Express, Connect and their like leave on a request. */
interface Request extends IncomingMessage {
  readonly query?: unknown
  readonly app?: unknown
}

/** The parts of an Express app or a Koa app that say how it reads a query. */
interface App {
  readonly settings?: Readonly<Record<string, unknown>>
  readonly callback?: unknown
  readonly request?: object
}

/**
 * What the app has made of the query, or the function that will. Express 4 and Connect's middleware leave an object on the
 * request; Express 5 reads the query whenever it is asked for, by the function that its setting `query parser` stands for; a
 * Koa app, which the request has yet to reach, by its own request. `undefined` where there is none, or the setting is `false`.
 * @param app the app that the request has yet to reach
 */
export function appQuery(request: Request, app: unknown): QueryParser | AppQuery | undefined {
  const { settings, callback, request: prototype } = (request.app ?? app ?? {}) as App
  const own = Object.hasOwn(request, 'query') ? request.query : undefined
  if (isObject(own) && !(settings?.['query parser'] === false && isEmpty(own))) return own
  if (typeof callback === 'function' && prototype) return koaQuery(request, prototype)
  const parser = settings?.['query parser'] === false ? undefined : settings?.['query parser fn']
  return typeof parser === 'function' ? (parser as QueryParser) : undefined
}

/** As Koa would have it, also where somebody has put another `query` on its requests. */
function koaQuery(request: IncomingMessage, prototype: object): AppQuery | undefined {
  const { query } = Object.create(prototype, { req: { value: request } }) as { readonly query?: unknown }
  return isObject(query) ? query : undefined
}

function isObject(value: unknown): value is AppQuery {
  return typeof value === 'object' && value !== null
}

function isEmpty(value: object): boolean {
  for (const name in value) if (Object.hasOwn(value, name)) return false
  return true
}
