import { type IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

import {
  type AdapterSettings,
  type AnyGuard,
  allow,
  ConfigurationError,
  frontDoorMark,
  type Guard,
  type InOrder,
  problemOf,
  run,
  stepsOf,
  type TrustProxy,
} from '@ashlar/core'

import { nodePort, reportError, sendAnswer } from './node-port.ts'

/** A request listener (an Express app is one) or a Koa app. */
export type App =
  | ((request: IncomingMessage, response: ServerResponse) => unknown)
  | { callback(): (request: IncomingMessage, response: ServerResponse) => unknown }

export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

export interface FrontDoor extends RequestListener {
  /**
   * The same guards in front of an upgrade, since node hands upgrades to whoever listens for them and not to the app:
   * `server.on('upgrade', door.upgrade(listener))`.
   */
  upgrade(listener: UpgradeListener): UpgradeListener
}

const mark: Guard<{ frontDoor: true }> = Object.freeze<Guard<{ frontDoor: true }>>({
  name: 'front door',
  layer: 'request',
  reads: 'head',
  check: () => MARKED,
})
const MARKED = Object.freeze(allow(Object.freeze({ [frontDoorMark.name as 'frontDoor']: true as const })))

/**
 * Runs guards on the plain node objects, before the app sees the request: `createServer(frontDoor(app, …guards))`.
 * Works for Express, Koa and any request listener; what guards add is read in the app as usual.
 * Throws a ConfigurationError `ERR_GUARD_TOO_EARLY` for a guard that reads the route or the body.
 */
export type MakeFrontDoor = <const Guards extends readonly AnyGuard[]>(
  app: App,
  ...guards: Guards & InOrder<Guards>
) => FrontDoor

/** Binds `frontDoor` to an adapter's settings. */
export function frontDoorWith(settings: AdapterSettings): MakeFrontDoor {
  return function frontDoor<const Guards extends readonly AnyGuard[]>(
    app: App,
    ...guards: Guards & InOrder<Guards>
  ): FrontDoor {
    const steps = stepsOf([mark, ...(guards as readonly AnyGuard[])])
    for (const { guard } of steps) {
      if (guard.reads !== 'head') {
        throw new ConfigurationError(
          'ERR_GUARD_TOO_EARLY',
          `frontDoor(): guard "${guard.name}" reads the ${guard.reads}, which is not known in front of the app. Put it on the route.`,
        )
      }
    }
    const port = nodePort(settings, trustSettingOf(app))
    const listener = 'callback' in app ? app.callback() : app

    function admit(request: IncomingMessage, response: ServerResponse): void {
      try {
        const result = listener(request, response)
        if (result instanceof Promise) result.catch((error: unknown) => fail(request, response, error))
      } catch (error) {
        fail(request, response, error)
      }
    }

    function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
      reportError(settings, error)
      if (response.headersSent) {
        response.destroy()
        return
      }
      const problem = problemOf(error, settings)
      sendAnswer(request, response, { status: problem.status, problem, body: JSON.stringify(problem) })
    }

    function door(request: IncomingMessage, response: ServerResponse): void {
      const passed = run(port, steps, { request, response })
      if (passed === true) admit(request, response)
      else if (passed !== false) void passed.then((settled) => settled && admit(request, response))
    }

    function upgrade(proceed: UpgradeListener): UpgradeListener {
      return function guardedUpgrade(request, socket, head) {
        const response = new ServerResponse(request)
        response.shouldKeepAlive = false
        response.assignSocket(socket as never)
        response.on('finish', () => socket.end())
        socket.on('error', () => socket.destroy())
        const enter = (): void => {
          response.detachSocket(socket as never)
          proceed(request, socket, head)
        }
        const passed = run(port, steps, { request, response })
        if (passed === true) enter()
        else if (passed !== false) void passed.then((settled) => settled && enter())
      }
    }

    return Object.assign(door, { upgrade })
  }
}

/** Express's `trust proxy` setting, read on each request since the app may set it later. */
function trustSettingOf(app: App): (() => TrustProxy | undefined) | undefined {
  const get = (app as { get?: unknown }).get
  if (typeof app !== 'function' || typeof get !== 'function') return undefined
  return () => {
    const trust: unknown = get.call(app, 'trust proxy fn')
    return typeof trust === 'function' ? (trust as TrustProxy) : undefined
  }
}
