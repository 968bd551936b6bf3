import type { Headers } from '@ashlar/core'
import { flag, group, type OptionReader, type OptionTable } from '@ashlar/core/options'

import type { Policy } from './policy.ts'
import type { Standing, Taken } from './store.ts'

/** Which families of header fields are sent. */
export interface FieldOptions {
  /** `X-RateLimit-Limit`, `-Remaining` and `-Reset` (seconds since the epoch, rounded up) of the tightest policy. Default `true`. */
  readonly legacy?: boolean
  /** `RateLimit` and `RateLimit-Policy` of every policy: draft-ietf-httpapi-ratelimit-headers-10. Default `true`. */
  readonly standard?: boolean
}

export const fieldOptions: OptionReader<Required<FieldOptions>> = group({
  legacy: flag(true),
  standard: flag(true),
} satisfies OptionTable<FieldOptions>)

/** What rounding may leave over of a whole second. */
const TOLERANCE = 1e-6

/** Whole seconds, never earlier than `ms`. */
export function secondsUp(ms: number): number {
  return Math.ceil(ms / 1000 - TOLERANCE)
}

/** Serializes standings (RFC 9651). What does not change from request to request is made once. */
export class Fields {
  readonly names: readonly string[]
  readonly #limits: readonly string[]
  readonly #quoted: readonly string[]
  readonly #policies: string
  readonly #legacy: boolean
  readonly #standard: boolean

  constructor(limiter: string, policies: readonly Policy[], { legacy, standard }: Required<FieldOptions>) {
    this.names = policies.map((policy) => policy.name ?? limiter)
    this.#limits = policies.map(({ limit }) => String(limit))
    this.#quoted = this.names.map((name) => `"${name}"`)
    this.#policies = policies
      .map(({ limit, windowMs }, index) => `${this.#quoted[index]};q=${limit};w=${Math.max(1, secondsUp(windowMs))}`)
      .join(', ')
    this.#legacy = legacy
    this.#standard = standard
  }

  /** @param now milliseconds since the Unix epoch */
  of({ standings }: Taken, now: number): Headers {
    const tightest = standings.length === 1 ? 0 : tightestOf(standings)
    const { remaining, resetInMs } = standings[tightest]!
    if (this.#legacy && this.#standard) {
      return {
        'x-ratelimit-limit': this.#limits[tightest]!,
        'x-ratelimit-remaining': String(remaining),
        'x-ratelimit-reset': String(secondsUp(now + resetInMs)),
        ratelimit: this.#standings(standings),
        'ratelimit-policy': this.#policies,
      }
    }
    const headers: Record<string, string> = {}
    if (this.#legacy) {
      headers['x-ratelimit-limit'] = this.#limits[tightest]!
      headers['x-ratelimit-remaining'] = String(remaining)
      headers['x-ratelimit-reset'] = String(secondsUp(now + resetInMs))
    }
    if (this.#standard) {
      headers['ratelimit'] = this.#standings(standings)
      headers['ratelimit-policy'] = this.#policies
    }
    return headers
  }

  #standings(standings: readonly Standing[]): string {
    let field = ''
    for (let index = 0; index < standings.length; index++) {
      const { remaining, growsInMs } = standings[index]!
      if (index > 0) field += ', '
      field += `${this.#quoted[index]};r=${remaining}`
      if (growsInMs > 0) field += `;t=${Math.max(1, secondsUp(growsInMs))}`
    }
    return field
  }
}

function tightestOf(standings: readonly Standing[]): number {
  let tightest = 0
  for (let index = 1; index < standings.length; index++) {
    const { remaining, resetInMs } = standings[index]!
    const least = standings[tightest]!
    if (remaining < least.remaining || (remaining === least.remaining && resetInMs > least.resetInMs)) tightest = index
  }
  return tightest
}
