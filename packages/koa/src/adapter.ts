import { type AdapterOptions, adapterSettings } from '@ashlar/core/adapter'

import { errorBoundaryWith, type KoaErrorBoundary } from './error-boundary.ts'
import { frontDoorWith, type KoaFrontDoor } from './front-door.ts'
import { koaPort } from './koa-port.ts'
import {
  decoratorWith,
  handleWith,
  type KoaDecorator,
  type KoaHandle,
  type KoaProtect,
  protectWith,
} from './protect.ts'

export interface KoaAdapter {
  readonly protect: KoaProtect
  readonly Protect: KoaDecorator
  readonly handle: KoaHandle
  readonly errorBoundary: KoaErrorBoundary
  readonly frontDoor: KoaFrontDoor
}

/**
 * The adapter with settings of its own.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 * @example
 * const { protect, errorBoundary } = adapter({ trustedProxies: ['10.0.0.0/8'], guardTimeout: '2s' })
 */
export function adapter(options: AdapterOptions = {}): KoaAdapter {
  const settings = adapterSettings(options)
  const port = koaPort(settings)
  return {
    protect: protectWith(port),
    Protect: decoratorWith(port),
    handle: handleWith(port),
    errorBoundary: errorBoundaryWith(settings, port),
    frontDoor: frontDoorWith(settings, port),
  }
}

const standard: KoaAdapter = adapter()

/** Guards as middleware: `app.use(protect(…))`, `router.get('/orders', protect(…), handler)`. */
export const protect: KoaAdapter['protect'] = standard.protect

/** Guards on a controller's `(context, next)` method, under standard and legacy decorators. */
export const Protect: KoaAdapter['Protect'] = standard.Protect

/** Guards and a handler in one, which receives what the guards added: `handle([order], ({ input }, ctx) => …)`. */
export const handle: KoaAdapter['handle'] = standard.handle

/** The first `app.use`: answers what later middleware throws with a problem that tells the caller nothing it must not know. */
export const errorBoundary: KoaAdapter['errorBoundary'] = standard.errorBoundary

/** Guards in front of the app, on plain node objects: `createServer(frontDoor(app, …guards))`. */
export const frontDoor: KoaAdapter['frontDoor'] = standard.frontDoor
