import { type Awaitable, type Deny, deny, type Headers, problem, type Verdict } from '@ashlar/core'
import { type Clock, isThenable } from '@ashlar/core/time'

import { type FieldOptions, Fields, secondsUp } from './fields.ts'
import type { Policy } from './policy.ts'
import type { LimiterLedger } from './shared-ledger.ts'
import type { Taken } from './store.ts'

const REFUSED = {
  event: 'excess_rate_limit_exceeded',
  reason: 'over the limit',
} as const

/** Problem types of draft-ietf-httpapi-ratelimit-headers-10 §7. */
const QUOTA_EXCEEDED = 'https://iana.org/assignments/http-problem-types#quota-exceeded'

/**
 * While the store is lost and the app chose to be closed. A refusal like any other, so that an outage is told of where it begins
 * and not with each request.
 */
export const LOST: Deny = Object.freeze(deny(problem('dependency-unavailable'), { reason: 'the store is lost' }))

/** Policies over one ledger, and how a decision is told to the caller. */
export class Limiter {
  readonly ledger: LimiterLedger
  readonly #fields: Fields
  readonly #least: number
  readonly #clock: Clock

  constructor(
    name: string,
    policies: readonly Policy[],
    ledger: LimiterLedger,
    fields: Required<FieldOptions>,
    clock: Clock,
  ) {
    this.ledger = ledger
    this.#fields = new Fields(name, policies, fields)
    this.#least = Math.min(...policies.map(({ limit }) => limit))
    this.#clock = clock
  }

  decide(key: string, cost: number): Awaitable<Verdict> {
    const taken = this.ledger.take(key, cost)
    return isThenable(taken) ? taken.then((settled) => this.#verdict(settled, cost)) : this.#verdict(taken, cost)
  }

  #verdict(taken: Taken | undefined, cost: number): Verdict {
    if (taken === undefined) return LOST
    const headers = this.#fields.of(taken, this.#clock.now())
    return taken.admitted ? { kind: 'allow', headers } : this.#refusal(taken, cost, headers)
  }

  #refusal({ standings }: Taken, cost: number, headers: Headers): Deny {
    const violated = this.#fields.names.filter((_, index) => standings[index]!.retryInMs > 0)
    const members = { type: QUOTA_EXCEEDED, 'violated-policies': violated }
    if (cost > this.#least) {
      const detail = 'This request costs more than the limit ever allows.'
      return deny(problem('rate-limited', { ...members, detail }), { ...REFUSED, headers })
    }
    const retryAfter = Math.max(1, ...standings.map(({ retryInMs }) => secondsUp(retryInMs)))
    const detail = `Try again in ${retryAfter} second${retryAfter === 1 ? '' : 's'}.`
    return deny(problem('rate-limited', { ...members, detail }), {
      ...REFUSED,
      headers: { ...headers, 'retry-after': String(retryAfter) },
    })
  }
}
