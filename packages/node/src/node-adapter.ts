import { type AdapterOptions, adapterSettings } from '@ashlar/core/adapter'

import { frontDoorWith, type MakeFrontDoor } from './front-door.ts'
import { nodePort } from './node-port.ts'
import { type NodeProtect, protectWith } from './protect.ts'

/**
 * The adapter with settings of its own.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 * @example
 * const { frontDoor } = adapter({ trustedProxies: ['10.0.0.0/8'], onError: (error) => logger.error(error) })
 * createServer(frontDoor(app, securityHeaders())).listen(3000)
 */
export function adapter(options: AdapterOptions = {}): NodeAdapter {
  const settings = adapterSettings(options)
  return { protect: protectWith(nodePort(settings)), frontDoor: frontDoorWith(settings) }
}

export interface NodeAdapter {
  readonly protect: NodeProtect
  readonly frontDoor: MakeFrontDoor
}

const standard: NodeAdapter = adapter()

/** `protect(...guards)(request, response, next)` with the default settings. */
export const protect: NodeAdapter['protect'] = standard.protect

/** `createServer(frontDoor(app, ...guards))` with the default settings. */
export const frontDoor: NodeAdapter['frontDoor'] = standard.frontDoor
