import type { Awaitable, Outcome, Principal, RequestView, Verdict } from '@ashlar/core'
import { contain } from '@ashlar/core/adapter'
import { isThenable } from '@ashlar/core/time'

import type { BlockTarget } from './blocklist/block.ts'
import type { KeyReader } from './key.ts'
import { type Limiter, LOST } from './limiter.ts'
import { type CostFunction, checkedCost, type Settlement } from './settlement.ts'

/** Who is told of every caller that is refused: `blocklist()`. */
export interface Strikes {
  strike(target: BlockTarget | undefined): void
}

export interface LimitedCheck {
  limiterFor(request: RequestView, state: Readonly<object>): Awaitable<Limiter>
  readonly keyOf: KeyReader
  readonly cost: number | CostFunction
  readonly settle: Settlement | undefined
  readonly blocklist: Strikes | undefined
  /** Whom a refusal counts against. */
  struck(request: RequestView, state: Readonly<object>): BlockTarget | undefined
  readonly onError: (error: unknown) => void
}

type Check = (request: RequestView, state: Readonly<object>) => Awaitable<Verdict>

/** The part that every kind of limit shares: key, cost, decision, settlement. */
export function limitedCheck(limit: LimitedCheck): Check {
  const { limiterFor, keyOf, cost, settle, blocklist, struck, onError } = limit

  function decide(
    limiter: Limiter,
    key: string,
    charged: number,
    request: RequestView,
    state: Readonly<object>,
  ): Awaitable<Verdict> {
    const verdict = limiter.decide(key, charged)
    if (!settle && !blocklist) return verdict
    const finish = (decided: Verdict): Verdict => {
      if (decided.kind === 'allow')
        return settle ? { ...decided, afterResponse: settlement(limiter, key, charged, settle, request) } : decided
      // A store that is lost is nobody's fault.
      if (blocklist && decided !== LOST) contain(() => blocklist.strike(struck(request, state)), onError)
      return decided
    }
    return isThenable(verdict) ? verdict.then(finish) : finish(verdict)
  }

  return (request, state) => {
    const key = keyOf(request, state)
    const charged = typeof cost === 'number' ? cost : checkedCost(cost(request, state))
    const limiter = limiterFor(request, state)
    return isThenable(limiter)
      ? limiter.then((chosen) => decide(chosen, key, charged, request, state))
      : decide(limiter, key, charged, request, state)
  }
}

export const addressOf = ({ address }: RequestView): string | undefined => address

/** A limit on principals says nothing of the office that they sit in. */
export const principalOf = (_: RequestView, state: Readonly<object>): Principal =>
  (state as { readonly principal: Principal }).principal

function settlement(
  { ledger }: Limiter,
  key: string,
  charged: number,
  settle: Settlement,
  request: RequestView,
): (outcome: Outcome) => Awaitable<void> {
  return (outcome) => {
    const real = settle(outcome, request)
    if (real === undefined) return
    const difference = checkedCost(real) - charged
    if (difference !== 0) return ledger.adjust(key, difference)
  }
}
