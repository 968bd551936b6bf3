import { type Awaitable, UnavailableError } from '@ashlar/core'
import { OptionPlace, optional, readOptions } from '@ashlar/core/options'
import type { Quota, QuotaClaim } from '@ashlar/core/stores'
import { isThenable } from '@ashlar/core/time'

import { limitName } from './limit-name.ts'
import { memoryRateLimits } from './memory/memory-rate-limits.ts'
import { policies } from './policies.ts'
import type { Policy } from './policy.ts'
import { fixedCost, isCost } from './settlement.ts'
import { openLedger } from './shared-ledger.ts'
import type { RateLimitStore, Taken } from './store.ts'
import { rateLimitStore, STORE_LOSS, type StoreLossOptions, storeLossOf } from './store-loss.ts'

export interface QuotaOptions extends StoreLossOptions {
  /** What it is a quota of, such as the name of the upstream. */
  readonly name: string
  /** For instance `fixedWindow({ limit: 10_000, window: '1d' })`; several with a name each must be satisfied at once. */
  readonly policy: Policy | readonly Policy[]
  /** Default: a memory store of its own. */
  readonly store?: RateLimitStore
}

const KEY = 'all'

/**
 * A budget for outgoing calls, on the same engine as the limits on incoming ones. While its store is lost and `onStoreLoss` is
 * `'closed'`, a claim fails with an UnavailableError.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`, `ERR_RATE_LIMIT_NAME_TAKEN`
 * @example
 * const etsy = quota({ name: 'etsy', policy: fixedWindow({ limit: 10_000, window: '1d' }) })
 * const { granted, retryAfterMs } = await etsy.claim()
 */
export function quota(options: QuotaOptions): Quota {
  const where = 'quota()'
  const read = readOptions(where, options, {
    ...STORE_LOSS,
    name: limitName(),
    policy: policies,
    store: optional(rateLimitStore),
  })
  const { name, policy, clock, store = memoryRateLimits({ maxRemembered: 1, clock }) } = read
  const ledger = openLedger(store, { name, policies: policy }, storeLossOf(where, store, read))
  return Object.freeze({
    name,
    claim(cost = 1): Awaitable<QuotaClaim> {
      if (!isCost(cost)) fixedCost(cost, new OptionPlace('claim()', 'cost'))
      const taken = ledger.take(KEY, cost)
      return isThenable(taken) ? taken.then((late) => claimOf(name, late)) : claimOf(name, taken)
    },
  })
}

function claimOf(name: string, taken: Taken | undefined): QuotaClaim {
  if (taken === undefined) throw new UnavailableError(`The store of the quota ${name} is lost.`)
  const { admitted, standings } = taken
  return {
    granted: admitted,
    remaining: Math.min(...standings.map(({ remaining }) => remaining)),
    retryAfterMs: Math.max(...standings.map(({ retryInMs }) => retryInMs)),
  }
}
