import {
  ALLOW,
  type Awaitable,
  ConfigurationError,
  type Deny,
  deny,
  type EventName,
  type Guard,
  guard,
  type Principal,
  principal,
  problem,
  publishEvent,
} from '@ashlar/core'
import { checkOptionNames, numberOption } from '@ashlar/core/options'
import { type Closeable, closeable } from '@ashlar/core/time'

import { addressKey } from '../address-key.ts'
import { principalKey } from '../key.ts'
import { memoryRateLimits } from '../memory/memory-rate-limits.ts'
import { fixedWindow } from '../policy.ts'
import { type BlockTarget, networkOf, shapeOf, targetOf } from './block.ts'
import { type BlocklistEntry, type BlockStore, memoryBlocks } from './block-store.ts'

export interface BlocklistOptions {
  /** Default: this process's memory. */
  readonly store?: BlockStore
  /** How often a store is read for what others have blocked, in milliseconds from 50 to 900. Default 500. */
  readonly refreshMs?: number
  /** Blocks addresses that are refused again and again; `rateLimit({ blocklist })` tells of refusals. Default: none are. */
  readonly automatic?: {
    /** So many refusals … Default 100. */
    readonly refusals?: number
    /** … within so many milliseconds … Default 60 000. */
    readonly withinMs?: number
    /** … block the address (for IPv6, its network of 56 bits) for so many milliseconds. Default 900 000. */
    readonly forMs?: number
  }
}

/** Who is refused whatever it asks for. Closed, it reads the store no more. */
export interface Blocklist extends Closeable {
  /** Refuses blocked addresses and networks with 403. Stands in front. */
  readonly guard: Guard
  /** Refuses blocked principals with 403. Stands behind authentication. */
  readonly principals: Guard<object, { readonly principal: Principal }>
  /** Resolves once it is stored; it is in force here at once, and on every instance within a second. */
  block(target: BlockTarget, options?: { readonly forMs?: number }): Promise<void>
  unblock(target: BlockTarget): Promise<void>
  /** What is in force, as far as this process knows. */
  entries(): readonly BlocklistEntry[]
  /** Counts a refusal of this address. */
  strike(address: string | undefined): void
  /** Reads the store now. Rejects when it fails; what was known stays in force. */
  refresh(): Promise<void>
}

const LONGEST_MS = 10 * 365 * 86_400_000

const BLOCKED: Deny = Object.freeze(
  deny(problem('blocked', { detail: 'Requests from here are not answered.' }), { reason: 'on the blocklist' }),
)

/** @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID` */
export function blocklist(options: BlocklistOptions = {}): Blocklist {
  const where = 'blocklist()'
  checkOptionNames(where, options, ['store', 'refreshMs', 'automatic'])
  const { store = memoryBlocks(), automatic } = options
  if (typeof store.load !== 'function') {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "store" is no blocklist store.`)
  }
  const refreshMs = numberOption(where, 'refreshMs', options.refreshMs, { min: 50, max: 900, fallback: 500 })
  const inForce = new InForce()
  const strikes = automatic && strikeCounter(where, automatic)
  let lost = false

  async function refresh(): Promise<void> {
    try {
      inForce.replace(await store.load())
      if (lost) tell('rate_limit_store_restored', 'success', 'the blocklist is read again')
      lost = false
    } catch (error) {
      if (!lost)
        tell('rate_limit_store_lost', 'failure', 'the blocklist could not be read: what was known stays in force')
      lost = true
      throw error
    }
  }

  async function block(target: BlockTarget, { forMs }: { readonly forMs?: number } = {}): Promise<void> {
    const ms = forMs === undefined ? undefined : numberOption('block()', 'forMs', forMs, { min: 1, max: LONGEST_MS })
    const entry = { target: targetOf(target), until: ms === undefined ? undefined : Date.now() + ms }
    inForce.add(entry)
    await told('blocklist_added', `a block of ${kindOf(entry.target)} was set`, () => store.put(entry))
    // A reading that began before may have taken it out again.
    inForce.add(entry)
  }

  /** One after the other, so that a slow store is not asked twice at a time. */
  let timer: NodeJS.Timeout | undefined
  function schedule(): void {
    timer = setTimeout(() => {
      refresh()
        .catch(() => {})
        .finally(() => timer && schedule())
    }, refreshMs)
    timer.unref()
  }
  if (options.store) {
    refresh().catch(() => {})
    schedule()
  }

  return Object.freeze<Blocklist>({
    guard: guard({
      name: 'blocklist',
      layer: 'rate-limit',
      reads: 'head',
      check: ({ address }) => (address !== undefined && inForce.holdsAddress(address) ? BLOCKED : ALLOW),
    }),
    principals: guard({
      name: 'blocklist principals',
      layer: 'authorization',
      reads: 'head',
      needs: { principal },
      check: (_, { principal }) => (inForce.holds(`principal ${principalKey(principal)}`) ? BLOCKED : ALLOW),
    }),
    block,
    async unblock(target) {
      const known = targetOf(target)
      inForce.remove(known)
      await told('blocklist_removed', `a block of ${kindOf(known)} was lifted`, () => store.remove(known))
      inForce.remove(known)
    },
    entries: () => inForce.entries(),
    strike(address) {
      if (!strikes || address === undefined || inForce.holdsAddress(address)) return
      if (strikes.isTooMany(addressKey(address, 56))) {
        block(networkWithin(address), { forMs: strikes.forMs }).catch(() => {})
      }
    },
    refresh,
    ...closeable(() => {
      clearTimeout(timer)
      timer = undefined
    }),
  })
}

function tell(name: EventName, outcome: 'success' | 'failure', reason: string): void {
  publishEvent({ name, by: 'blocklist', outcome, reason })
}

/** What the store did not take holds in this process only, and is no success. */
async function told(name: EventName, reason: string, write: () => Awaitable<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    tell(name, 'failure', `${reason}, but could not be stored`)
    throw error
  }
  tell(name, 'success', reason)
}

function kindOf(target: string): string {
  return target.slice(0, target.indexOf(' '))
}

function networkWithin(address: string): string {
  return address.includes(':') ? `${address}/56` : address
}

function strikeCounter(
  where: string,
  automatic: NonNullable<BlocklistOptions['automatic']>,
): { isTooMany(key: string): boolean; readonly forMs: number } {
  checkOptionNames(`${where} automatic`, automatic, ['refusals', 'withinMs', 'forMs'])
  const limit = numberOption(where, 'refusals', automatic.refusals, { min: 1, max: 1e6, integer: true, fallback: 100 })
  const window = automatic.withinMs ?? 60_000
  const ledger = memoryRateLimits({ maxKeys: 100_000 }).open({
    name: 'strikes',
    policies: [fixedWindow({ limit, window })],
  })
  return {
    // The last of them blocks, not the one after it.
    isTooMany: (key) => ledger.take(key, 1).standings[0]!.remaining === 0,
    forMs: numberOption(where, 'forMs', automatic.forMs, { min: 1, max: LONGEST_MS, fallback: 900_000 }),
  }
}

/** The blocks that this process knows of: exact targets in a map, and the shapes of the networks among them. */
class InForce {
  #until = new Map<string, number>()
  #shapes: readonly { readonly v6: boolean; readonly bits: number }[] = []

  holdsAddress(address: string): boolean {
    if (this.#until.size === 0) return false
    if (this.holds(`address ${address}`)) return true
    return this.#shapes.some(({ v6, bits }) => {
      const network = networkOf(address, v6, bits)
      return network !== undefined && this.holds(`network ${network}`)
    })
  }

  holds(target: string): boolean {
    const until = this.#until.get(target)
    return until !== undefined && until > Date.now()
  }

  add({ target, until = Number.POSITIVE_INFINITY }: BlocklistEntry): void {
    this.#until.set(target, until)
    this.#reshape()
  }

  remove(target: string): void {
    this.#until.delete(target)
    this.#reshape()
  }

  replace(entries: readonly BlocklistEntry[]): void {
    const now = Date.now()
    const current = entries.filter(({ until }) => until === undefined || until > now)
    this.#until = new Map(current.map(({ target, until }) => [target, until ?? Number.POSITIVE_INFINITY]))
    this.#reshape()
  }

  entries(): readonly BlocklistEntry[] {
    const now = Date.now()
    return [...this.#until]
      .filter(([, until]) => until > now)
      .map(([target, until]) => ({ target, until: until === Number.POSITIVE_INFINITY ? undefined : until }))
  }

  #reshape(): void {
    const shapes = new Map<string, { v6: boolean; bits: number }>()
    for (const target of this.#until.keys()) {
      if (!target.startsWith('network ')) continue
      const shape = shapeOf(target)
      shapes.set(`${shape.v6} ${shape.bits}`, shape)
    }
    this.#shapes = [...shapes.values()]
  }
}
