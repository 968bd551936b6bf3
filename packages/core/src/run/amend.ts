import { AshlarError } from '../errors.ts'
import type { Effects } from '../guard/verdict.ts'
import { exchangeOf } from '../state/carried-exchange.ts'
import { type RequestSource, rawOf } from '../state/state.ts'

/**
 * Adds header fields to the answer of a request that guards have passed: for what a handler asks of a guard later, such as
 * a nonce. They are kept on error answers like a verdict's own.
 * @throws AshlarError `ERR_STATE_MISSING` when no guard has run for this request
 * @example
 * amend(request, { append: { 'Set-Cookie': setCookie('id', id, { sameSite: 'Lax' }) } })
 */
export function amend(source: RequestSource, effects: Pick<Effects, 'headers' | 'append'>): void {
  const exchange = exchangeOf(rawOf(source))
  if (!exchange) {
    throw new AshlarError('ERR_STATE_MISSING', 'No guard has run for this request. Protect the route with one.')
  }
  exchange.apply(effects)
}
