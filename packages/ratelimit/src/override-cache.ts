import { ConfigurationError, type Principal } from '@ashlar/core'
import { checkOptionNames, numberOption } from '@ashlar/core/options'
import { withDeadline } from '@ashlar/core/time'

import { principalKey } from './key.ts'
import type { Policy } from './policy.ts'

export interface OverrideOptions {
  /** The policies of this principal in the place of its tier's; `undefined` where it has none of its own. */
  load(principal: Principal): Promise<Policy | readonly Policy[] | undefined> | Policy | readonly Policy[] | undefined
  /** How long an answer is used, in milliseconds. Default 60 000. */
  readonly cacheMs?: number
  /** How long a failed question is not asked again, in milliseconds. Default 5000. */
  readonly failureMs?: number
  /** How long an answer may take, in milliseconds; then the tier's policies apply. Default 500. */
  readonly timeoutMs?: number
  /** Principals whose answers are kept. Default 10 000. */
  readonly maxEntries?: number
}

export type Override = Policy | readonly Policy[] | undefined

interface Entry {
  readonly value: Override
  readonly expiresAt: number
}

/** Asks for each principal once in a while, once at a time. A failure is told and then counts as having no override. */
export class OverrideCache {
  readonly #load: OverrideOptions['load']
  readonly #cacheMs: number
  readonly #failureMs: number
  readonly #timeoutMs: number
  readonly #maxEntries: number
  readonly #failed: () => void
  readonly #entries = new Map<string, Entry>()
  readonly #pending = new Map<string, Promise<Override>>()

  constructor(where: string, options: OverrideOptions, failed: () => void) {
    checkOptionNames(`${where} overrides`, options, ['load', 'cacheMs', 'failureMs', 'timeoutMs', 'maxEntries'])
    if (typeof options.load !== 'function') {
      throw new ConfigurationError('ERR_OPTION_INVALID', `${where} overrides: "load" is a function of the principal.`)
    }
    const ms = { min: 1, max: 2 ** 31 - 1 }
    this.#load = options.load
    this.#cacheMs = numberOption(where, 'cacheMs', options.cacheMs, { ...ms, fallback: 60_000 })
    this.#failureMs = numberOption(where, 'failureMs', options.failureMs, { ...ms, fallback: 5000 })
    this.#timeoutMs = numberOption(where, 'timeoutMs', options.timeoutMs, { ...ms, fallback: 500 })
    this.#maxEntries = numberOption(where, 'maxEntries', options.maxEntries, {
      min: 1,
      max: 1e7,
      integer: true,
      fallback: 10_000,
    })
    this.#failed = failed
  }

  of(principal: Principal): Override | Promise<Override> {
    const key = principalKey(principal)
    const entry = this.#entries.get(key)
    if (entry && performance.now() < entry.expiresAt) return entry.value
    const present = this.#pending.get(key)
    if (present) return present
    const pending = this.#ask(key, principal).finally(() => this.#pending.delete(key))
    this.#pending.set(key, pending)
    return pending
  }

  async #ask(key: string, principal: Principal): Promise<Override> {
    try {
      const asked = Promise.resolve().then(() => this.#load(principal))
      const error = (): Error => new Error('The loader of overrides did not answer in time.')
      const value = await withDeadline(asked, this.#timeoutMs, { error })
      this.#keep(key, value, this.#cacheMs)
      return value
    } catch {
      this.#keep(key, undefined, this.#failureMs)
      this.#failed()
      return undefined
    }
  }

  #keep(key: string, value: Override, ms: number): void {
    this.#entries.delete(key)
    if (this.#entries.size >= this.#maxEntries) this.#entries.delete(this.#entries.keys().next().value!)
    this.#entries.set(key, { value, expiresAt: performance.now() + ms })
  }
}
