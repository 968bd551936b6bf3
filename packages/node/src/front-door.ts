import { type IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

import { type AnyGuard, ConfigurationError, type InOrder } from '@ashlar/core'
import { type AdapterSettings, contain, run, stepsOf } from '@ashlar/core/adapter'

import { frontDoorMark } from './front-door-mark.ts'
import { answerError, nodePort, reportError } from './node-port.ts'
import { passageNotice } from './passage-notice.ts'

/** A request listener (an Express app is one) or a Koa app. */
export type App =
  | ((request: IncomingMessage, response: ServerResponse) => unknown)
  | { callback(): (request: IncomingMessage, response: ServerResponse) => unknown }

export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => unknown

export interface FrontDoor extends RequestListener {
  /**
   * The same guards in front of an upgrade, since node hands upgrades to whoever listens for them and not to the app:
   * `server.on('upgrade', door.upgrade(listener))`.
   */
  upgrade(listener: UpgradeListener): UpgradeListener
  /**
   * The door for requests with `Expect: 100-continue`, whose body the client holds back: the guards are asked before it is told
   * to go on. Node hands them to whoever listens for them, `server.on('checkContinue', door.checkContinue)`, and goes on itself
   * where nobody does. Those with another expectation are the door's own: `server.on('checkExpectation', door)`.
   */
  checkContinue(request: IncomingMessage, response: ServerResponse): void
}

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
    checkApp(app)
    const steps = stepsOf([frontDoorMark, ...(guards as readonly AnyGuard[])])
    for (const { name, reads } of steps) {
      if (reads !== 'head') {
        throw new ConfigurationError(
          'ERR_GUARD_TOO_EARLY',
          `frontDoor(): guard "${name}" reads the ${reads}, which is not known in front of the app. Put it on the route.`,
        )
      }
    }
    const port = nodePort(settings, app)
    const listener = 'callback' in app ? app.callback() : app

    function admit(request: IncomingMessage, response: ServerResponse): void {
      contain(
        () => listener(request, response),
        (error) => answerError(settings, response, error),
      )
    }

    function door(request: IncomingMessage, response: ServerResponse): void {
      notice(request)
      const passed = run(port, steps, { request, response })
      if (passed === true) admit(request, response)
      else if (passed !== false) void passed.then((settled) => settled && admit(request, response))
    }

    function checkContinue(request: IncomingMessage, response: ServerResponse): void {
      const enter = (): void => {
        response.writeContinue()
        admit(request, response)
      }
      const passed = run(port, steps, { request, response })
      if (passed === true) enter()
      else if (passed !== false) void passed.then((settled) => settled && enter())
    }

    const notice = passageNotice(door, checkContinue)

    function upgrade(proceed: UpgradeListener): UpgradeListener {
      return function guardedUpgrade(request, socket, head) {
        const response = new ServerResponse(request)
        response.shouldKeepAlive = false
        socket.on('error', () => socket.destroy())
        try {
          response.assignSocket(socket as Socket)
        } catch {
          // An earlier request on this connection is still being answered, so this one can't be.
          socket.destroy()
          return
        }
        response.on('finish', () => socket.end(() => socket.destroy()))
        const enter = (): void => {
          response.detachSocket(socket as Socket)
          lendResponse(response, socket)
          contain(
            () => proceed(request, socket, head),
            (error) => {
              reportError(settings, error)
              socket.destroy()
            },
          )
        }
        const passed = run(port, steps, { request, response })
        if (passed === true) enter()
        else if (passed !== false) void passed.then((settled) => settled && enter())
      }
    }

    return Object.assign(door, { upgrade, checkContinue })
  }
}

function checkApp(app: App): void {
  if (typeof app === 'function' || typeof (app as Partial<typeof app> | undefined)?.callback === 'function') return
  throw new ConfigurationError(
    'ERR_MIDDLEWARE_MISUSED',
    'frontDoor(): the first argument is the app, a request listener or a Koa app; the guards come after it.',
  )
}

/** What guards wait for, the end of the response, is the end of the upgraded connection. */
function lendResponse(response: ServerResponse, socket: Duplex): void {
  response.statusCode = 101
  socket.on('close', () => {
    response.finished = true
    response.emit('close')
  })
}
