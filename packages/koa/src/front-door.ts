import { type AnyGuard, ConfigurationError, type InOrder } from '@ashlar/core'
import type { AdapterSettings, Port } from '@ashlar/core/adapter'
import type { App, FrontDoor } from '@ashlar/node'
import { frontDoorWith as nodeFrontDoorWith } from '@ashlar/node/adapter'

import type { KoaContext } from './koa-port.ts'
import { middlewareOf } from './protect.ts'

/** The part of a Koa 2 or Koa 3 app that a front door needs. */
export interface KoaApp extends Extract<App, { callback: unknown }> {
  readonly middleware: unknown[]
}

/**
 * Runs guards on the plain node objects, before Koa makes its context: `createServer(frontDoor(app, …guards))`.
 * Puts one middleware before the app's own, which brings what the guards added to `ctx.state`.
 * Throws a ConfigurationError `ERR_GUARD_TOO_EARLY` for a guard that reads the route or the body.
 */
export type KoaFrontDoor = <const Guards extends readonly AnyGuard[]>(
  app: KoaApp,
  ...guards: Guards & InOrder<Guards>
) => FrontDoor

/** Binds `frontDoor` to an adapter's settings. */
export function frontDoorWith(settings: AdapterSettings, port: Port<KoaContext>): KoaFrontDoor {
  const door = nodeFrontDoorWith(settings) as (app: App, ...guards: readonly AnyGuard[]) => FrontDoor
  return (app, ...guards) => {
    // Whatever is no app at all is the other door's to say.
    if (typeof app === 'function') throw notKoa()
    const { middleware } = app ?? {}
    // Koa takes what it finds when the door asks for its callback.
    middleware?.unshift(middlewareOf(port, []))
    try {
      return door(app, ...(guards as readonly AnyGuard[]))
    } catch (error) {
      middleware?.shift()
      throw error
    }
  }
}

function notKoa(): ConfigurationError {
  return new ConfigurationError(
    'ERR_MIDDLEWARE_MISUSED',
    'frontDoor() of @ashlar/koa is for Koa apps. In Express apps, import it from @ashlar/express; elsewhere from @ashlar/node.',
  )
}
