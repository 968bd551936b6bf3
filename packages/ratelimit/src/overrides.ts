import { type Awaitable, type Principal, principalKey } from '@ashlar/core'
import { callback, duration, group, OptionPlace, type OptionReader, wholeNumber } from '@ashlar/core/options'
import { ask, type Clock, type Duration, expiringMap, singleFlight } from '@ashlar/core/time'

import type { OptionReaders } from './option-readers.ts'
import { policies } from './policies.ts'
import type { Policy } from './policy.ts'

export interface OverrideOptions {
  /** The policies of this principal in the place of its tier's; nothing where it has none of its own. */
  load(principal: Principal): Awaitable<Policy | readonly Policy[] | undefined | null>
  /** How long an answer is used, from `'1ms'` to `'24d'`. Default `'1m'`. */
  readonly cache?: Duration
  /** How long a question that failed is not asked again, from `'1ms'` to `'24d'`. Default `'5s'`. */
  readonly retry?: Duration
  /** How long an answer may take, from `'1ms'` to `'24d'`; then the tier's policies apply. Default `'500ms'`. */
  readonly timeout?: Duration
  /** Principals whose answers are kept, from 1 to 1e7. Default 10 000. */
  readonly maxRemembered?: number
}

export interface OverrideSettings {
  readonly load: OverrideOptions['load']
  readonly cache: number
  readonly retry: number
  readonly timeout: number
  readonly maxRemembered: number
}

export const overrideOptions: OptionReader<OverrideSettings> = group({
  load: callback<OverrideOptions['load']>(),
  cache: duration({ fallback: '1m' }),
  retry: duration({ fallback: '5s' }),
  timeout: duration({ fallback: '500ms' }),
  maxRemembered: wholeNumber({ min: 1, max: 1e7, fallback: 10_000 }),
} satisfies OptionReaders<OverrideSettings>)

/** What an override becomes, and who is told of one that can't be used. */
export interface OverrideUse<Used> {
  readonly clock: Clock
  made(policies: readonly Policy[]): Used
  failed(error: unknown, principal: Principal): void
}

/** The place of what a loader answers. */
const LOADED = new OptionPlace('overrides.load()', 'policy')

interface Answer<Used> {
  readonly used: Used | undefined
}

/**
 * What each principal has in the place of its tier's policies. Asks for each principal once in a while, once at a time. What
 * fails or is no policy is told, and then counts as having none for a short while.
 */
export class Overrides<Used> {
  readonly #settings: OverrideSettings
  readonly #use: OverrideUse<Used>
  readonly #answers
  readonly #questions = singleFlight<string, Used | undefined>()

  constructor(settings: OverrideSettings, use: OverrideUse<Used>) {
    this.#settings = settings
    this.#use = use
    this.#answers = expiringMap<string, Answer<Used>>({ max: settings.maxRemembered, clock: use.clock })
  }

  /** Never rejects. */
  of(principal: Principal): Awaitable<Used | undefined> {
    const key = principalKey(principal)
    const answer = this.#answers.get(key)
    return answer ? answer.used : this.#questions.run(key, () => this.#ask(key, principal))
  }

  async #ask(key: string, principal: Principal): Promise<Used | undefined> {
    const { load, cache, retry, timeout } = this.#settings
    try {
      const loaded = await ask('The loader of overrides', timeout, () => load(principal))
      const none = loaded === undefined || loaded === null
      const used = none ? undefined : this.#use.made(policies(loaded, LOADED))
      this.#keep(key, used, cache)
      return used
    } catch (error) {
      this.#keep(key, undefined, retry)
      this.#use.failed(error, principal)
      return undefined
    }
  }

  #keep(key: string, used: Used | undefined, ms: number): void {
    this.#answers.set(key, { used }, this.#use.clock.now() + ms)
  }
}
