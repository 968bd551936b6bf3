import {
  ALLOW,
  type Awaitable,
  type Deny,
  deny,
  type EventDraft,
  type Guard,
  guard,
  type Principal,
  principal,
  principalKey,
  problem,
  publishEvent,
  type Verdict,
} from '@ashlar/core'
import { contain } from '@ashlar/core/adapter'
import { clock, duration, having, OptionPlace, onError, oneOf, optional, readOptions } from '@ashlar/core/options'
import { type Clock, type Closeable, closeable, type Duration } from '@ashlar/core/time'

import { isUnavailable } from '../lost.ts'
import { BLOCKLIST_HINTS } from '../peer-words.ts'
import { type BlockTarget, targetOf } from './block.ts'
import type { BlocklistEntry, BlockStore } from './block-store.ts'
import { BlocksInForce } from './blocks-in-force.ts'
import { StoredBlocks } from './stored-blocks.ts'
import { type AutomaticBlocks, automaticBlocks, StrikeCounter } from './strikes.ts'

export interface BlocklistOptions {
  /** Where blocks are kept, so that all instances have the same. Default: in this process only. */
  readonly store?: BlockStore
  /** How often the store is read for what others have blocked, from `'50ms'` to `'900ms'`. Default `'500ms'`. */
  readonly refreshEvery?: Duration
  /** How long the store may take, from `'1ms'` to `'24d'`. Default `'1s'`. */
  readonly storeTimeout?: Duration
  /**
   * While the store could not be read even once: `'closed'` (the default) refuses with 503, `'open'` lets pass. A list that was
   * read once stays in force in any case.
   */
  readonly onStoreLoss?: 'closed' | 'open'
  /** Blocks callers that are refused again and again; `rateLimit({ blocklist })` tells of refusals. Default: none are. */
  readonly automatic?: AutomaticBlocks
  /** Told when the store is lost, with the cause, and of blocks that could not be made. Default: a process warning, once. */
  readonly onError?: (error: unknown) => void
  /** Default: the system's. */
  readonly clock?: Clock
}

export interface BlockOptions {
  /** From `'1ms'` to `'3650d'`. Default: until it is lifted. */
  readonly for?: Duration
}

/** Who is refused whatever it asks for. Closed, it reads the store no more; what was known stays in force. */
export interface Blocklist extends Closeable {
  /** Refuses blocked addresses and networks with 403. Stands in front. */
  readonly addresses: Guard
  /** Refuses blocked principals with 403. Stands behind authentication. */
  readonly principals: Guard<object, { readonly principal: Principal }>
  /**
   * Resolves once it is stored; it is in force here at once, and on every instance within a second. Where it rejects it is in
   * force here, and is stored as soon as the store answers.
   */
  block(target: BlockTarget, options?: BlockOptions): Promise<void>
  unblock(target: BlockTarget): Promise<void>
  /** What is in force, as far as this process knows. */
  entries(): readonly BlocklistEntry[]
  /** Counts a refusal of this address or principal. */
  strike(target: BlockTarget | undefined): void
  /** Reads the store now. Rejects when it fails; what was known stays in force. */
  refresh(): Promise<void>
}

/** So many blocks are made automatically at the most: every instance reads all of them. */
const MAX_AUTOMATIC = 100_000

const BLOCKED: Deny = Object.freeze(
  deny(problem('blocked', { detail: 'Requests from here are not answered.' }), { reason: 'on the blocklist' }),
)
const UNKNOWN: Deny = Object.freeze(
  deny(problem('dependency-unavailable'), { reason: 'the blocklist was not read yet' }),
)

const SET = { name: 'blocklist_added', done: 'set' } as const
const LIFTED = { name: 'blocklist_removed', done: 'lifted' } as const

const blockFor = optional(duration({ max: '3650d' }))

/**
 * A list of addresses, networks and principals that are refused, by hand or automatically.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @example
 * const blocks = blocklist({ automatic: { refusals: 100, within: '1m', for: '15m' } })
 * app.use(protect(blocks.addresses, rateLimit({ policy, blocklist: blocks })))
 * await blocks.block('203.0.113.0/24', { for: '1d' })
 */
export function blocklist(options: BlocklistOptions = {}): Blocklist {
  const read = readOptions(
    'blocklist()',
    options,
    {
      store: optional(having<BlockStore>(['put', 'remove', 'load'], 'memoryBlocks()')),
      refreshEvery: duration({ min: '50ms', max: '900ms', fallback: '500ms' }),
      storeTimeout: duration({ fallback: '1s' }),
      onStoreLoss: oneOf(['closed', 'open'], { fallback: 'closed' }),
      automatic: optional(automaticBlocks),
      onError,
      clock,
    },
    { hints: BLOCKLIST_HINTS },
  )
  const { store, refreshEvery: refreshMs, storeTimeout: timeoutMs, automatic } = read
  const inForce = new BlocksInForce(read.clock)
  const stored = store && new StoredBlocks({ ...read, store, refreshMs, timeoutMs }, inForce)
  const strikes = automatic && new StrikeCounter(automatic, inForce, read.clock)
  const opensUnread = read.onStoreLoss === 'open'
  let saidFull = false

  /** @param isBlocked asked again where the store has to be read first */
  function verdict(isBlocked: () => boolean): Awaitable<Verdict<never>> {
    const reading = stored?.begin()
    return reading ? reading.then(() => known(isBlocked)) : known(isBlocked)
  }

  function known(isBlocked: () => boolean): Verdict<never> {
    if (isBlocked()) return BLOCKED
    return stored === undefined || stored.isKnown || opensUnread ? ALLOW : UNKNOWN
  }

  async function change(target: BlockTarget, known: string, until: number | undefined | 'lifted'): Promise<void> {
    const entry = until === 'lifted' ? undefined : { target: known, until }
    if (entry) inForce.add(entry)
    else inForce.remove(known)
    const draft = eventOf(entry ? SET : LIFTED, target, known)
    try {
      await stored?.change(known, entry)
    } catch (error) {
      publishEvent({ ...draft, outcome: 'failure', reason: `${draft.reason}, but is not stored yet` })
      throw error
    }
    publishEvent(draft)
  }

  function blockUntil(target: BlockTarget, forMs: number | undefined): Promise<void> {
    const known = targetOf(target, 'block()')
    return change(target, known, forMs === undefined ? undefined : read.clock.now() + forMs)
  }

  function blockAutomatically(target: BlockTarget, forMs: number): void {
    if (inForce.size < MAX_AUTOMATIC) {
      // That the store is lost is told already, and the block is in force.
      contain(
        () => blockUntil(target, forMs),
        (error) => isUnavailable(error) || read.onError(error),
      )
    } else if (!saidFull) {
      saidFull = true
      const says = `at most ${MAX_AUTOMATIC} long: no more blocks are made automatically until some have ended`
      read.onError(new OptionPlace('blocklist()', 'automatic').invalid(says))
    }
  }

  return Object.freeze<Blocklist>({
    addresses: guard({
      name: 'blocklist addresses',
      layer: 'rate-limit',
      reads: 'head',
      check: ({ address }) => verdict(() => address !== undefined && inForce.holdsAddress(address)),
    }),
    principals: guard({
      name: 'blocklist principals',
      layer: 'authorization',
      reads: 'head',
      needs: { principal },
      check: (_, { principal }) => verdict(() => inForce.holds(`principal ${principalKey(principal)}`)),
    }),
    async block(target, options) {
      const { for: forMs } = readOptions('block()', options, { for: blockFor })
      await blockUntil(target, forMs)
    },
    async unblock(target) {
      await change(target, targetOf(target, 'unblock()'), 'lifted')
    },
    entries: () => inForce.entries(),
    strike(target) {
      if (!strikes || !automatic || target === undefined) return
      const blocked = strikes.count(target)
      if (blocked !== undefined) blockAutomatically(blocked, automatic.for)
    },
    async refresh() {
      await stored?.read()
    },
    ...closeable(() => stored?.close()),
  })
}

/** The target is told by its kind and, where it is no principal, by its address. */
function eventOf({ name, done }: typeof SET | typeof LIFTED, target: BlockTarget, known: string): EventDraft {
  const space = known.indexOf(' ')
  const kind = known.slice(0, space)
  return {
    name,
    by: 'blocklist',
    outcome: 'success',
    reason: `a block of ${kind} was ${done}`,
    ...(typeof target === 'object' ? { subject: target } : { object: { kind, id: known.slice(space + 1) } }),
  }
}
