import { type AdapterOptions, adapterSettings } from '@ashlar/core/adapter'
import type { MakeFrontDoor, NodeProtect } from '@ashlar/node'
import { frontDoorWith, nodePort, protectWith } from '@ashlar/node/adapter'

import { type ExpressErrorBoundary, errorBoundaryWith } from './error-boundary.ts'
import { decoratorWith, type ExpressDecorator, type ExpressHandle, handleWith } from './protect.ts'

export interface ExpressAdapter {
  readonly protect: NodeProtect
  readonly Protect: ExpressDecorator
  readonly handle: ExpressHandle
  readonly errorBoundary: ExpressErrorBoundary
  readonly frontDoor: MakeFrontDoor
}

/**
 * The adapter with settings of its own.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 * @example
 * const { protect, errorBoundary } = adapter({ guardTimeout: '2s', onError: (error) => logger.error(error) })
 */
export function adapter(options: AdapterOptions = {}): ExpressAdapter {
  const settings = adapterSettings(options)
  const port = nodePort(settings)
  return {
    protect: protectWith(port),
    Protect: decoratorWith(port),
    handle: handleWith(port),
    errorBoundary: errorBoundaryWith(settings),
    frontDoor: frontDoorWith(settings),
  }
}

const standard: ExpressAdapter = adapter()

/** Guards as middleware: `app.use(protect(…))`, `app.get('/orders', protect(…), handler)`. */
export const protect: ExpressAdapter['protect'] = standard.protect

/** Guards on a controller's `(request, response, next)` method, under standard and legacy decorators. */
export const Protect: ExpressAdapter['Protect'] = standard.Protect

/** Guards and a handler in one, which receives what the guards added: `handle([order], ({ input }, req, res) => …)`. */
export const handle: ExpressAdapter['handle'] = standard.handle

/** The last `app.use`: answers what handlers throw with a problem that tells the caller nothing it must not know. */
export const errorBoundary: ExpressAdapter['errorBoundary'] = standard.errorBoundary

/** Guards in front of the app, on plain node objects: `createServer(frontDoor(app, …guards))`. */
export const frontDoor: ExpressAdapter['frontDoor'] = standard.frontDoor
