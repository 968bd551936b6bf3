import type { IncomingMessage } from 'node:http'

import { AshlarError } from '../errors.ts'
import { OptionPlace } from '../options/option-place.ts'
import { text } from '../options/text-option.ts'
import { exchangeOf } from './carried-exchange.ts'
import { slotValue } from './late.ts'

/** A node request, or anything that holds one as `req`, such as a Koa context. */
export type RequestSource = IncomingMessage | { readonly req: IncomingMessage }

/** One typed value of a request's state. */
export interface Slot<Value> {
  readonly name: string
  /** @throws AshlarError `ERR_STATE_MISSING` when no guard has filled this slot */
  of(source: RequestSource): Value
  /** `undefined` when no guard has filled this slot. */
  find(source: RequestSource): Value | undefined
}

/**
 * A slot by its name. Two slots of one name are the same slot, also across copies of this package.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID` for a name that is no text, or an empty one
 * @example
 * const tenant = slot<string>('tenant')
 * app.get('/report', protect(knownTenant), (req, res) => res.json({ tenant: tenant.of(req) }))
 */
export function slot<Value>(name: string): Slot<Value> {
  text()(name, new OptionPlace('slot()', 'name'))
  return Object.freeze({
    name,
    of(source: RequestSource): Value {
      const value = find(name, source)
      if (value === undefined) {
        throw new AshlarError(
          'ERR_STATE_MISSING',
          `No guard has added "${name}" to this request. Protect the route with one that does.`,
        )
      }
      return value as Value
    },
    find: (source: RequestSource) => find(name, source) as Value | undefined,
  })
}

function find(name: string, source: RequestSource): unknown {
  const raw = rawOf(source)
  const exchange = exchangeOf(raw)
  return exchange && slotValue(exchange.state, name, raw)
}

/**
 * Everything that guards have added to this request so far. Guards and handlers that know what they want use a slot.
 * @example
 * Object.keys(stateOf(request)) // ['frontDoor', 'principal']
 */
export function stateOf(source: RequestSource): object {
  return exchangeOf(rawOf(source))?.state ?? {}
}

export function rawOf(source: RequestSource): IncomingMessage {
  return 'req' in source ? source.req : source
}
