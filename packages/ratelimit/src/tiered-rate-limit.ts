import { type Awaitable, ConfigurationError, type Guard, guard, type Principal, publishEvent } from '@ashlar/core'
import { checkOptionNames } from '@ashlar/core/options'
import { systemClock } from '@ashlar/core/time'

import { byAddress, principalKey } from './key.ts'
import { Limiter } from './limiter.ts'
import { memoryRateLimits } from './memory/memory-rate-limits.ts'
import { OverrideCache, type OverrideOptions } from './override-cache.ts'
import { type Policy, policyName, slidingWindow } from './policy.ts'
import { ipv6PrefixOption, limitedCheck, policiesOf, RATE_LIMIT_OPTIONS, type RateLimitOptions } from './rate-limit.ts'
import { openLedger, storeLossOptions } from './store-loss.ts'

/** Policies by tier. `anonymous` is for requests without a principal, `authenticated` for principals without a tier of their own. */
export interface Tiers {
  readonly anonymous: Policy | readonly Policy[]
  readonly authenticated: Policy | readonly Policy[]
  readonly [tier: string]: Policy | readonly Policy[]
}

/** 10 a minute for anonymous callers, 100 for authenticated ones, 1000 for those of the tier `premium`. */
export const DEFAULT_TIERS: Tiers = Object.freeze({
  anonymous: slidingWindow({ limit: 10, window: 'minute' }),
  authenticated: slidingWindow({ limit: 100, window: 'minute' }),
  premium: slidingWindow({ limit: 1000, window: 'minute' }),
})

export interface TieredRateLimitOptions extends Omit<RateLimitOptions, 'policy' | 'by'> {
  /** Default `DEFAULT_TIERS`. */
  readonly tiers?: Tiers
  /** Policies of single principals. Default: none. */
  readonly overrides?: OverrideOptions
}

/** Distinct policies that overrides may bring; a store keeps the records of each by themselves. */
const MAX_OVERRIDES = 1000

type MaybeKnown = Readonly<{ principal?: Principal }>

/**
 * A limit that follows the principal's tier: anonymous callers by address, all others by principal. Stands behind
 * authentication; in front of it everybody is anonymous.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`, `ERR_RATE_LIMIT_NAME_TAKEN`
 */
export function tieredRateLimit(options: TieredRateLimitOptions = {}): Guard {
  const where = 'tieredRateLimit()'
  const shared = RATE_LIMIT_OPTIONS.filter((option) => option !== 'policy' && option !== 'by')
  checkOptionNames(where, options, [...shared, 'tiers', 'overrides'])
  const { tiers = DEFAULT_TIERS, clock = systemClock, headers = {}, reads = 'head' } = options
  const { store = memoryRateLimits({ clock }) } = options
  const name = policyName(where, options.name) ?? 'tier'
  const loss = storeLossOptions(where, store, options)
  const guardName = `rate limit ${name}`

  function limiterOf(label: string, fieldName: string, policy: Policy | readonly Policy[]): Limiter {
    const policies = policiesOf(where, policy)
    const ledger = openLedger(store, { name: `${name}:${label}`, policies }, loss)
    return new Limiter(fieldName, policies, ledger, headers, clock)
  }

  const limiters = new Map(
    Object.entries(tiers).map(([tier, policy]) => {
      policyName(`${where} tiers`, tier)
      return [tier, limiterOf(tier, tier, policy)]
    }),
  )
  const anonymous = limiters.get('anonymous')
  const authenticated = limiters.get('authenticated')
  if (!anonymous || !authenticated) {
    throw new ConfigurationError('ERR_OPTION_MISSING', `${where}: "tiers" has "anonymous" and "authenticated".`)
  }
  const known = authenticated
  const overridden = new Map<string, Limiter>()
  const failed = (): void =>
    publishEvent({
      name: 'rate_limit_override_failed',
      by: guardName,
      outcome: 'failure',
      reason: 'no override could be used: the policies of the tier apply',
    })
  const overrides = options.overrides && new OverrideCache(where, options.overrides, failed)

  const tierOf = (principal: Principal): Limiter => limiters.get(principal.tier ?? 'authenticated') ?? known

  /** The same policies share a limiter; their records are kept by principal all the same. */
  function overrideOf(principal: Principal, policy: Policy | readonly Policy[] | undefined): Limiter {
    if (policy === undefined) return tierOf(principal)
    try {
      const label = JSON.stringify(policiesOf(where, policy))
      const present = overridden.get(label)
      if (present) return present
      if (overridden.size >= MAX_OVERRIDES) throw new Error('too many')
      const made = limiterOf(`override-${labelOf(label)}`, 'override', policy)
      overridden.set(label, made)
      return made
    } catch {
      failed()
      return tierOf(principal)
    }
  }

  function limiterFor(_: unknown, { principal }: MaybeKnown): Awaitable<Limiter> {
    if (!principal) return anonymous!
    if (!overrides) return tierOf(principal)
    const policy = overrides.of(principal)
    return policy instanceof Promise
      ? policy.then((loaded) => overrideOf(principal, loaded))
      : overrideOf(principal, policy)
  }

  const addressOf = byAddress(ipv6PrefixOption(where, options.ipv6Prefix))
  return guard({
    name: guardName,
    layer: 'rate-limit',
    reads,
    check: limitedCheck(
      limiterFor,
      (request, state) => {
        const { principal } = state as MaybeKnown
        return principal ? principalKey(principal) : addressOf(request, state)
      },
      options,
    ),
  })
}

/** The same in every process, so that a shared store keeps the records of an override together. */
function labelOf(policies: string): string {
  return policies.replaceAll(/[^\w.:]+/g, '_')
}
