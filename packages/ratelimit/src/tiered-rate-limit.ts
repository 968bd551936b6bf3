import { createHash } from 'node:crypto'
import { type Awaitable, type Guard, guard, type Principal, principalKey, publishEvent } from '@ashlar/core'
import { OptionPlace, type OptionReader, optional, readOptions, recordOf } from '@ashlar/core/options'
import { type Clock, isThenable } from '@ashlar/core/time'

import { byAddress } from './key.ts'
import { LIMIT_NAME, LIMIT_NAME_SAYS, limitName } from './limit-name.ts'
import { limitedCheck } from './limited-check.ts'
import { Limiter } from './limiter.ts'
import { isUnavailable, lost } from './lost.ts'
import { memoryRateLimits } from './memory/memory-rate-limits.ts'
import { type OverrideOptions, Overrides, overrideOptions } from './overrides.ts'
import { TIERED_HINTS } from './peer-words.ts'
import { policies } from './policies.ts'
import { type Policy, slidingWindow } from './policy.ts'
import { LIMIT_OPTIONS, type RateLimitOptions } from './rate-limit.ts'
import { openLedger } from './shared-ledger.ts'
import { storeLossOf } from './store-loss.ts'

/** Policies by tier. `anonymous` is for requests without a principal, `authenticated` for principals without a tier of their own. */
export interface Tiers {
  readonly anonymous: Policy | readonly Policy[]
  readonly authenticated: Policy | readonly Policy[]
  readonly [tier: string]: Policy | readonly Policy[]
}

/** 10 a minute for anonymous callers, 100 for authenticated ones, 1000 for those of the tier `premium`. */
export const DEFAULT_TIERS: Tiers = Object.freeze({
  anonymous: slidingWindow({ limit: 10, window: '1m' }),
  authenticated: slidingWindow({ limit: 100, window: '1m' }),
  premium: slidingWindow({ limit: 1000, window: '1m' }),
})

export interface TieredRateLimitOptions extends Omit<RateLimitOptions, 'policy' | 'by' | 'name'> {
  /** Policies by tier; `anonymous` and `authenticated` are among them. Default `DEFAULT_TIERS`. */
  readonly tiers?: Tiers
  /** Policies of single principals. Default: none. */
  readonly overrides?: OverrideOptions
  /** Tells limiters apart in a shared store. Default `'tier'`. */
  readonly name?: string
}

/** Distinct policies that overrides may bring; a store keeps the records of each by themselves. */
const MAX_OVERRIDES = 1000

type MaybeKnown = Readonly<{ principal?: Principal }>

const tierRecord = recordOf(policies, { names: LIMIT_NAME, says: `a tier's name of ${LIMIT_NAME_SAYS}` })

const tiersOption: OptionReader<Readonly<Record<string, readonly Policy[]>>> = (value = DEFAULT_TIERS, at) => {
  const tiers = tierRecord(value, at)
  for (const needed of ['anonymous', 'authenticated']) {
    if (!Object.hasOwn(tiers, needed)) throw at.in(needed).missing('It is the policy of all who have no tier.')
  }
  return tiers
}

/**
 * A limit that follows the principal's tier: anonymous callers by address, all others by principal. Stands behind
 * authentication; in front of it everybody is anonymous.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`, `ERR_RATE_LIMIT_NAME_TAKEN`
 * @example
 * app.use(protect(authenticate([bearer({ … })]), tieredRateLimit()))
 */
export function tieredRateLimit(options: TieredRateLimitOptions = {}): Guard {
  const where = 'tieredRateLimit()'
  const read = readOptions(
    where,
    options,
    { ...LIMIT_OPTIONS, tiers: tiersOption, overrides: optional(overrideOptions), name: limitName('tier') },
    { hints: TIERED_HINTS },
  )
  const { name, clock, store = memoryRateLimits({ clock }) } = read
  const loss = storeLossOf(where, store, read)

  function limiterOf(label: string, fieldName: string, of: readonly Policy[]): Limiter {
    const ledger = openLedger(store, { name: `${name}:${label}`, policies: of }, loss)
    return new Limiter(fieldName, of, ledger, read.headers, clock)
  }

  const limiters = new Map(Object.entries(read.tiers).map(([tier, of]) => [tier, limiterOf(tier, tier, of)]))
  const anonymous = limiters.get('anonymous')!
  const authenticated = limiters.get('authenticated')!
  const tierOf = ({ tier }: Principal): Limiter =>
    (tier === undefined ? undefined : limiters.get(tier)) ?? authenticated

  /** The same policies share a limiter; their records are kept by principal all the same. */
  const overridden = new Map<string, Limiter>()
  function overriding(of: readonly Policy[]): Limiter {
    const label = labelOf(of)
    const present = overridden.get(label)
    if (present) return present
    if (overridden.size >= MAX_OVERRIDES) {
      const says = `different from each other at most ${MAX_OVERRIDES} times in a process`
      throw new OptionPlace('overrides.load()', 'policy').invalid(says)
    }
    const made = limiterOf(label, 'override', of)
    overridden.set(label, made)
    return made
  }

  const overrides =
    read.overrides &&
    new Overrides(read.overrides, { clock, made: overriding, failed: overrideFailed(`rate limit ${name}`, read) })

  function limiterFor(_: unknown, { principal }: MaybeKnown): Awaitable<Limiter> {
    if (!principal) return anonymous
    if (!overrides) return tierOf(principal)
    const limiter = overrides.of(principal)
    return isThenable(limiter) ? limiter.then((loaded) => loaded ?? tierOf(principal)) : (limiter ?? tierOf(principal))
  }

  const addressKeyOf = byAddress(read.ipv6Prefix)
  return guard({
    name: `rate limit ${name}`,
    layer: 'rate-limit',
    reads: read.reads,
    check: limitedCheck({
      ...read,
      limiterFor,
      keyOf(request, state) {
        const { principal } = state as MaybeKnown
        return principal ? principalKey(principal) : addressKeyOf(request, state)
      },
      struck: ({ address }, state) => (state as MaybeKnown).principal ?? address,
    }),
  })
}

/** How long an outage that goes on is not told of again. */
const QUIET_MS = 60_000

/** An outage of the loader is told now and then, not for each principal; what can't be used of its answers, each time that it is read. */
function overrideFailed(
  by: string,
  { clock, onError }: { readonly clock: Clock; readonly onError: (error: unknown) => void },
): (error: unknown, principal: Principal) => void {
  let toldAt = Number.NEGATIVE_INFINITY
  return (error, principal) => {
    publishEvent({
      name: 'rate_limit_override_failed',
      by,
      outcome: 'failure',
      reason: 'no override could be used: the policies of the tier apply',
      subject: principal,
    })
    if (!isUnavailable(error)) return onError(error)
    const now = clock.now()
    if (Math.abs(now - toldAt) < QUIET_MS) return
    toldAt = now
    onError(lost('Overrides can’t be loaded, and the policies of the tiers apply', error))
  }
}

/** The same in every process, so that a shared store keeps the records of an override together. */
function labelOf(of: readonly Policy[]): string {
  return `override-${createHash('sha256').update(JSON.stringify(of)).digest('base64url')}`
}
