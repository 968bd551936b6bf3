import { AshlarError, type Outcome, type RequestView } from '@ashlar/core'
import { type OptionReader, wholeNumber } from '@ashlar/core/options'

/**
 * What a request has really cost, once its response has closed: a whole number, 0 to give all of it back, `undefined` to
 * leave it as it was charged.
 */
export type Settlement = (outcome: Outcome, request: RequestView) => number | undefined

/** What a request costs: a whole number from 0 to 1e9. */
export type CostFunction = (request: RequestView, state: Readonly<object>) => number

/**
 * Only what succeeded counts: a response of 400 or more, or an aborted one, gives its cost back.
 * @example
 * rateLimit({ policy, settle: chargeSuccesses })
 */
export const chargeSuccesses: Settlement = ({ status, aborted }) => (status >= 400 || aborted ? 0 : undefined)

/**
 * Only what failed counts, as for guessed passwords: a response below 400 gives its cost back.
 * @example
 * rateLimit({ name: 'login', policy: slidingWindow({ limit: 5, window: '15m' }), settle: chargeFailures })
 */
export const chargeFailures: Settlement = ({ status, aborted }) => (status < 400 && !aborted ? 0 : undefined)

export const MOST_COST = 1e9

export const fixedCost: OptionReader<number> = wholeNumber({ min: 0, max: MOST_COST, fallback: 1 })

export const costOption: OptionReader<number | CostFunction> = (value, at) =>
  typeof value === 'function' ? (value as CostFunction) : fixedCost(value, at)

export function isCost(cost: unknown): cost is number {
  return Number.isInteger(cost) && (cost as number) >= 0 && (cost as number) <= MOST_COST
}

/** @throws AshlarError `ERR_RATE_LIMIT_COST` */
export function checkedCost(cost: unknown): number {
  if (isCost(cost)) return cost
  throw new AshlarError('ERR_RATE_LIMIT_COST', 'The cost of a request must be a whole number from 0 to 1e9.')
}
