import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'

import { UnavailableError } from '../errors.ts'
import { group } from '../options/group.ts'
import { unquoted } from '../options/kind-of.ts'
import { listOf } from '../options/list-of.ts'
import { OptionPlace } from '../options/option-place.ts'
import { optional } from '../options/optional.ts'
import type { OptionTable } from '../options/read-options.ts'
import { text } from '../options/text-option.ts'
import { type Clock, systemClock } from '../time/clock.ts'
import { warn } from '../trouble/warn.ts'

/** One secret of a key ring. */
export interface KeyRingEntry {
  /** Names the secret in what it seals and signs, so it is public: 1 to 32 of `A-Z a-z 0-9 _ -`. */
  readonly id: string
  /** Random, 32 bytes at least; a text counts by its UTF-8 bytes. */
  readonly secret: string | Uint8Array
  /** From then on the secret opens and verifies nothing. Milliseconds since the Unix epoch. Default: it has no end. */
  readonly until?: number | undefined
}

/** Secrets by their ids, the current one first. It shows nothing but the ids. */
export interface KeyRing {
  readonly ids: readonly string[]
  /** The keys for one purpose, derived from the secrets by HKDF-SHA-256 (RFC 5869). No two purposes share a key. */
  derive(purpose: string): DerivedKeys
}

/** The keys that a ring has for one purpose: 32 bytes each, made once. */
export interface DerivedKeys {
  /**
   * What seals and signs now: the first that is in force.
   * @throws UnavailableError when none is
   */
  current(): DerivedKey
  /** What opens and verifies; `undefined` for an id that the ring does not hold, or no longer. */
  find(id: string): KeyObject | undefined
}

export interface DerivedKey {
  readonly id: string
  readonly key: KeyObject
}

export interface KeyRingSettings {
  /** Whose option it is, in messages. Default `keyRing()`. */
  readonly where?: string
  /** What it is called there. Default `keyRing`. */
  readonly option?: string
  readonly clock?: Clock
}

interface Secret {
  readonly id: string
  readonly key: KeyObject
  readonly until: number
}

const MIN_SECRET_BYTES = 32
/** 1973, and year 5138: before and after them the number is in seconds, or in microseconds. */
const [EARLIEST, LATEST] = [1e11, 1e14]

/**
 * Secrets that can be replaced without a break: the first seals and signs, all open and verify until their time ends. To
 * replace one, put a new entry first and give the old one the end of what it has sealed.
 *
 * When the first one ends while the process runs, the next that is in force seals, with a warning; without one, sealing
 * fails with `UnavailableError` and what needed it is refused. Started with a first one that has ended, it throws.
 * @param entries what an option `keyRing` takes: the entries, or a ring, which is returned as it is
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 * @example
 * const ring = keyRing([
 *   { id: '2026-08', secret: readFileSync('/run/secrets/2026-08') },
 *   { id: '2026-07', secret: readFileSync('/run/secrets/2026-07'), until: Date.parse('2026-09-01T00:00:00Z') },
 * ])
 */
export function keyRing(
  entries: readonly KeyRingEntry[] | KeyRing,
  { where = 'keyRing()', option = 'keyRing', clock = systemClock }: KeyRingSettings = {},
): KeyRing {
  if (isKeyRing(entries)) return entries
  const at = new OptionPlace(where, option)
  const secrets = readSecrets(at, entries)
  const isInForce = ({ until }: Secret): boolean => clock.now() < until
  if (!isInForce(secrets[0]!)) {
    throw at.unsafe(`starts with a key whose time has ended, "${secrets[0]!.id}"; put one first that is in force`)
  }
  return Object.freeze<KeyRing>({
    ids: Object.freeze(secrets.map(({ id }) => id)),
    derive(purpose) {
      const derived = secrets.map((secret) => ({ ...secret, key: derivedKey(secret.key, purpose) }))
      const byId = new Map(derived.map((secret) => [secret.id, secret]))
      return Object.freeze<DerivedKeys>({
        current() {
          const first = derived[0]!
          if (isInForce(first)) return first
          const next = derived.find(isInForce)
          tellOfEnd(where, first.id, next?.id)
          if (next) return next
          throw new UnavailableError(`${where}: no key of the ring is in force.`)
        },
        find(id) {
          const secret = byId.get(id)
          return secret && isInForce(secret) ? secret.key : undefined
        },
      })
    },
  })
}

function derivedKey(secret: KeyObject, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', purpose, 32)))
}

function tellOfEnd(where: string, id: string, next: string | undefined): void {
  const now = next === undefined ? 'Nothing can be sealed or signed' : `The key "${next}" takes its place`
  warn('ERR_KEY_ENDED', `${where}: the time of the first key, "${id}", has ended. ${now}. Put a new key first.`)
}

/** A ring of another copy of this package, or of a key service, is as good. */
function isKeyRing(value: unknown): value is KeyRing {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { ids, derive } = value as Partial<KeyRing>
  return Array.isArray(ids) && typeof derive === 'function'
}

/** What an option is read as, so that entries and secrets are told of by their place. */
const readEntries = listOf(
  group({
    id: text({
      pattern: /^[A-Za-z0-9_-]{1,32}$/,
      says: '1 to 32 of the characters A-Z a-z 0-9 _ -, such as "2026-08"',
    }),
    secret: readSecret,
    until: optional(readUntil),
  } satisfies OptionTable<KeyRingEntry>),
  { max: 100 },
)

function readSecrets(at: OptionPlace, entries: unknown): readonly Secret[] {
  if (entries === undefined) throw at.missing('It is a list of keys: [{ id, secret }].')
  const secrets: Secret[] = []
  for (const { id, secret: key, until = Number.POSITIVE_INFINITY } of readEntries(entries, at)) {
    for (const other of secrets) {
      if (id === other.id) throw at.invalid(`a list of keys that differ in their ids; it holds "${id}" twice`)
      // It would go on under one id when its time has ended under the other.
      if (key.equals(other.key)) throw at.unsafe(`holds one secret twice, as "${other.id}" and "${id}"`)
    }
    secrets.push({ id, key, until })
  }
  return secrets
}

function readSecret(value: unknown, at: OptionPlace): KeyObject {
  if (value === undefined) throw at.missing()
  if (typeof value !== 'string' && !(value instanceof Uint8Array))
    throw at.invalid(`a text or bytes, not ${unquoted(value)}`)
  const bytes = Buffer.from(value as Uint8Array)
  if (bytes.length < MIN_SECRET_BYTES) throw at.unsafe(`has ${MIN_SECRET_BYTES} bytes at least, not ${bytes.length}`)
  if (bytes.every((byte) => byte === 0)) throw at.unsafe('is of zeros alone, as bytes are that nobody has filled')
  return createSecretKey(bytes)
}

function readUntil(value: unknown, at: OptionPlace): number {
  if (typeof value === 'number' && value >= EARLIEST && value <= LATEST) return value
  const seconds = typeof value === 'number' && value >= 1e8 && value < EARLIEST
  const hint = seconds ? `These are seconds: write ${value * 1000}.` : "Write Date.parse('2027-01-01')."
  throw at.invalid('in milliseconds since the Unix epoch', value, hint)
}
