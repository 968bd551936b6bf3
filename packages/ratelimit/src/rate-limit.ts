import {
  AshlarError,
  type Awaitable,
  ConfigurationError,
  type Guard,
  guard,
  type Moment,
  type Outcome,
  type Principal,
  principal,
  type RequestView,
  type Verdict,
} from '@ashlar/core'
import { checkOptionNames, numberOption } from '@ashlar/core/options'
import { type Clock, systemClock } from '@ashlar/core/time'

import type { FieldOptions } from './fields.ts'
import { keyFunction, type LimitBy } from './key.ts'
import { Limiter } from './limiter.ts'
import { memoryRateLimits } from './memory/memory-rate-limits.ts'
import { type Policy, policyName } from './policy.ts'
import type { RateLimitStore } from './store.ts'
import { openLedger, type StoreLossOptions, storeLossOptions } from './store-loss.ts'

/**
 * What a request has really cost, once its response has closed: a whole number, 0 to give all of it back, `undefined` to
 * leave it as it was charged.
 */
export type Settlement = (outcome: Outcome, request: RequestView) => number | undefined

/** Only what succeeded counts: a response of 400 or more, or an aborted one, gives its cost back. */
export const chargeSuccesses: Settlement = ({ status, aborted }) => (status >= 400 || aborted ? 0 : undefined)

/** Only what failed counts, as for guessed passwords: a response below 400 gives its cost back. */
export const chargeFailures: Settlement = ({ status, aborted }) => (status < 400 && !aborted ? 0 : undefined)

export interface RateLimitOptions extends StoreLossOptions {
  /** One policy, or several that a request must satisfy at once. */
  readonly policy: Policy | readonly Policy[]
  /** What requests are counted under. Default `'address'`. `'principal'` and `'api-key'` need an authentication guard before it. */
  readonly by?: LimitBy
  /** Default: a memory store of its own. */
  readonly store?: RateLimitStore
  /** Tells limiters apart in a shared store and in header fields. Default `'default'`. */
  readonly name?: string
  /** What a request costs: a whole number, or a function of the request. Default 1; 0 is always admitted while nothing is owed. */
  readonly cost?: number | ((request: RequestView, state: Readonly<object>) => number)
  /** Corrects the charge after the response. Default: it stays. */
  readonly settle?: Settlement
  /** Is told of every address that is refused, so that it can block those that do not stop. See `blocklist()`. */
  readonly blocklist?: { strike(address: string | undefined): void }
  /** Which header fields are sent. Default: all. */
  readonly headers?: FieldOptions
  /** Bits of an IPv6 address that count, from 32 to 128. Default 56: what one subscriber usually has. */
  readonly ipv6Prefix?: number
  /** Where the guard can stand at the earliest, for functions that read the route or the body. Default `'head'`. */
  readonly reads?: Moment
  /** Default: the system's. Header fields and, without a `store`, the memory store go by it. */
  readonly clock?: Clock
}

export const RATE_LIMIT_OPTIONS: readonly (keyof RateLimitOptions)[] = [
  'policy',
  'by',
  'store',
  'name',
  'cost',
  'settle',
  'blocklist',
  'headers',
  'ipv6Prefix',
  'reads',
  'clock',
  'onStoreLoss',
  'instances',
  'storeTimeoutMs',
  'storeRetryMs',
]

/**
 * Admits as many requests as the policy says and refuses the rest with 429.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`, `ERR_RATE_LIMIT_NAME_TAKEN`
 */
export function rateLimit(
  options: RateLimitOptions & { readonly by: 'principal' | 'api-key' },
): Guard<object, { readonly principal: Principal }>
export function rateLimit(options: RateLimitOptions): Guard
export function rateLimit(options: RateLimitOptions): Guard {
  checkOptionNames('rateLimit()', options, RATE_LIMIT_OPTIONS)
  const {
    by = 'address',
    reads = 'head',
    clock = systemClock,
    store = memoryRateLimits({ clock }),
    headers = {},
  } = options
  const name = policyName('rateLimit()', options.name) ?? 'default'
  const policies = policiesOf('rateLimit()', options.policy)
  checkBy(by)
  checkOptionNames('rateLimit() headers', headers, ['legacy', 'standard'])
  const ledger = openLedger(store, { name, policies }, storeLossOptions('rateLimit()', store, options))
  const limiter = new Limiter(name, policies, ledger, headers, clock)
  const keyOf = keyFunction(by, ipv6PrefixOption('rateLimit()', options.ipv6Prefix))
  return guard({
    name: `rate limit ${name}`,
    layer: 'rate-limit',
    reads,
    ...((by === 'principal' || by === 'api-key') && { needs: { principal } }),
    check: limitedCheck(() => limiter, keyOf, options),
  }) as Guard
}

/** The part that every kind of limit shares: key, cost, decision, settlement. */
export function limitedCheck(
  limiterFor: (request: RequestView, state: Readonly<object>) => Awaitable<Limiter>,
  keyOf: (request: RequestView, state: Readonly<object>) => string,
  { cost = 1, settle, blocklist }: Pick<RateLimitOptions, 'cost' | 'settle' | 'blocklist'>,
): (request: RequestView, state: Readonly<object>) => Awaitable<Verdict> {
  const fixed = typeof cost === 'function' ? undefined : numberOption('rateLimit()', 'cost', cost, COST)
  checkFunction('settle', settle)
  checkFunction('blocklist', blocklist?.strike)

  function decide(limiter: Limiter, key: string, charged: number, request: RequestView): Awaitable<Verdict> {
    const verdict = limiter.decide(key, charged)
    if (!settle && !blocklist) return verdict
    const finish = (decided: Verdict): Verdict => {
      if (decided.kind !== 'allow') blocklist?.strike(request.address)
      else if (settle) return { ...decided, afterResponse: settlement(limiter, key, charged, settle, request) }
      return decided
    }
    return verdict instanceof Promise ? verdict.then(finish) : finish(verdict)
  }

  return (request, state) => {
    const key = keyOf(request, state)
    const charged = fixed ?? checkedCost((cost as (request: RequestView, state: object) => number)(request, state))
    const limiter = limiterFor(request, state)
    return limiter instanceof Promise
      ? limiter.then((chosen) => decide(chosen, key, charged, request))
      : decide(limiter, key, charged, request)
  }
}

function checkFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return
  throw new ConfigurationError('ERR_OPTION_INVALID', `rateLimit(): "${name}" is no function.`)
}

const COST = { min: 0, max: 1e9, integer: true } as const

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

function checkedCost(cost: unknown): number {
  if (Number.isInteger(cost) && (cost as number) >= 0 && (cost as number) <= COST.max) return cost as number
  throw new AshlarError('ERR_RATE_LIMIT_COST', 'The cost of a request must be a whole number from 0 to 1e9.')
}

export function ipv6PrefixOption(where: string, value: number | undefined): number {
  return numberOption(where, 'ipv6Prefix', value, { min: 32, max: 128, integer: true, fallback: 56 })
}

export function policiesOf(where: string, policy: Policy | readonly Policy[] | undefined): readonly Policy[] {
  const policies = policy === undefined ? [] : [policy].flat()
  if (policies.length === 0) throw new ConfigurationError('ERR_OPTION_MISSING', `${where}: a policy is required.`)
  for (const one of policies) {
    if (one?.kind === 'token-bucket' || one?.kind === 'fixed-window' || one?.kind === 'sliding-window') continue
    throw new ConfigurationError(
      'ERR_OPTION_INVALID',
      `${where}: a policy is made by tokenBucket(), fixedWindow() or slidingWindow().`,
    )
  }
  const names = policies.map(({ name }) => name)
  if (policies.length > 1 && new Set(names).size !== names.length) {
    throw new ConfigurationError(
      'ERR_OPTION_INVALID',
      `${where}: several policies need a "name" each, since callers see which one they are over.`,
    )
  }
  return Object.freeze(policies)
}

function checkBy(by: unknown): void {
  if (by === 'address' || by === 'principal' || by === 'api-key' || typeof by === 'function') return
  throw new ConfigurationError(
    'ERR_OPTION_INVALID',
    `rateLimit(): "by" is 'address', 'principal', 'api-key' or a function, not ${JSON.stringify(by)}.`,
  )
}
