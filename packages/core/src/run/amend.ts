import { AshlarError } from '../errors.ts'
import type { Effects } from '../guard/verdict.ts'
import type { RequestSource } from '../state/state.ts'
import { exchangeOf } from './exchange-of.ts'

/**
 * Adds header fields to the answer of a request that guards have passed: for what a handler asks of a guard later, such as
 * a nonce. They are kept on error answers like a verdict's own.
 * @throws AshlarError `ERR_STATE_MISSING` when no guard has run for this request
 */
export function amend(source: RequestSource, effects: Pick<Effects, 'headers' | 'append'>): void {
  const exchange = exchangeOf('req' in source ? source.req : source)
  if (!exchange) {
    throw new AshlarError('ERR_STATE_MISSING', 'No guard has run for this request. Protect the route with one.')
  }
  exchange.apply(effects)
}
