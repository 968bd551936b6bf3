import { type Awaitable, ConfigurationError } from '@ashlar/core'
import { checkOptionNames, numberOption } from '@ashlar/core/options'
import type { Quota, QuotaClaim } from '@ashlar/core/stores'
import { type Clock, systemClock } from '@ashlar/core/time'

import { memoryRateLimits } from './memory/memory-rate-limits.ts'
import { type Policy, policyName } from './policy.ts'
import { policiesOf } from './rate-limit.ts'
import type { RateLimitStore, Taken } from './store.ts'
import { openLedger, type StoreLossOptions, storeLossOptions } from './store-loss.ts'

export interface QuotaOptions extends StoreLossOptions {
  /** What it is a quota of, such as the name of the upstream. */
  readonly name: string
  /** For instance `fixedWindow({ limit: 10_000, window: 'day' })`; several must be satisfied at once. */
  readonly policy: Policy | readonly Policy[]
  /** Default: a memory store of its own. */
  readonly store?: RateLimitStore
  /** Default: the system's; for the memory store. */
  readonly clock?: Clock
}

const KEY = 'all'

/**
 * A budget for outgoing calls, on the same engine as the limits on incoming ones.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`, `ERR_RATE_LIMIT_NAME_TAKEN`
 */
export function quota(options: QuotaOptions): Quota {
  const where = 'quota()'
  checkOptionNames(where, options, [
    ...['name', 'policy', 'store', 'clock'],
    ...['onStoreLoss', 'instances', 'storeTimeoutMs', 'storeRetryMs'],
  ])
  const name = policyName(where, options.name)
  if (name === undefined) throw new ConfigurationError('ERR_OPTION_MISSING', `${where}: "name" is required.`)
  const policies = policiesOf(where, options.policy)
  const { store = memoryRateLimits({ maxKeys: 1, clock: options.clock ?? systemClock }) } = options
  const ledger = openLedger(store, { name, policies }, storeLossOptions(where, store, options))
  return Object.freeze({
    name,
    claim(cost = 1): Awaitable<QuotaClaim> {
      numberOption(where, 'cost', cost, { min: 0, max: 1e9, integer: true })
      const taken = ledger.take(KEY, cost)
      return taken instanceof Promise ? taken.then(claimOf) : claimOf(taken)
    },
  })
}

function claimOf({ admitted, standings }: Taken): QuotaClaim {
  return {
    granted: admitted,
    remaining: Math.min(...standings.map(({ remaining }) => remaining)),
    retryAfterMs: Math.max(...standings.map(({ retryInMs }) => retryInMs)),
  }
}
