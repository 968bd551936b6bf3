import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'

import { ConfigurationError, UnavailableError } from '../errors.ts'
import { checkOptionNames } from '../options/options.ts'
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
  readonly clock?: Clock
}

interface Secret {
  readonly id: string
  readonly key: KeyObject
  readonly until: number
}

const MIN_SECRET_BYTES = 32
const ID = /^[A-Za-z0-9_-]{1,32}$/
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
  { where = 'keyRing()', clock = systemClock }: KeyRingSettings = {},
): KeyRing {
  if (isKeyRing(entries)) return entries
  const secrets = readSecrets(where, entries)
  const isInForce = ({ until }: Secret): boolean => clock.now() < until
  if (!isInForce(secrets[0]!)) {
    const { id } = secrets[0]!
    throw unsafe(where, `the time of the first key, ${JSON.stringify(id)}, has ended. Put one first that is in force`)
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

function readSecrets(where: string, entries: unknown): readonly Secret[] {
  if (entries === undefined) throw missing(where, '"keyRing" is required')
  if (!Array.isArray(entries)) throw invalid(where, '"keyRing" is a list of keys: [{ id, secret }]')
  if (entries.length === 0) throw missing(where, '"keyRing" holds no key')
  const secrets: Secret[] = []
  // Not `map`, which passes over the holes of a list.
  for (const [index, entry] of (entries as readonly unknown[]).entries()) {
    const secret = readSecret(where, `keyRing[${index}]`, entry)
    for (const { id, key } of secrets) {
      if (id === secret.id) throw invalid(where, `"keyRing" holds the id ${JSON.stringify(id)} twice`)
      // It would go on under one id when its time has ended under the other.
      if (key.equals(secret.key)) throw unsafe(where, `"keyRing" holds one secret twice, as "${id}" and "${secret.id}"`)
    }
    secrets.push(secret)
  }
  return secrets
}

function readSecret(where: string, name: string, entry: unknown): Secret {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    throw invalid(where, `"${name}" is a key: { id, secret }`)
  }
  checkOptionNames(`${where} ${name}`, entry, ['id', 'secret', 'until'])
  const { id, secret, until } = { __proto__: null, ...entry } as { readonly [Name in keyof KeyRingEntry]?: unknown }
  if (id === undefined) throw missing(where, `"${name}.id" is required`)
  if (typeof id !== 'string' || !ID.test(id)) {
    throw invalid(where, `"${name}.id" is 1 to 32 of the characters A-Z a-z 0-9 _ -, such as "2026-08"`)
  }
  if (secret === undefined) throw missing(where, `"${name}.secret" is required`)
  if (typeof secret !== 'string' && !(secret instanceof Uint8Array)) {
    throw invalid(where, `"${name}.secret" is a text or bytes`)
  }
  const bytes = Buffer.from(secret as Uint8Array)
  if (bytes.length < MIN_SECRET_BYTES) {
    throw unsafe(where, `"${name}.secret" has ${MIN_SECRET_BYTES} bytes at least, not ${bytes.length}`)
  }
  return { id, key: createSecretKey(bytes), until: readUntil(where, `${name}.until`, until) }
}

function readUntil(where: string, name: string, until: unknown): number {
  if (until === undefined) return Number.POSITIVE_INFINITY
  if (typeof until === 'number' && until >= EARLIEST && until <= LATEST) return until
  const hint = typeof until === 'number' && until >= 1e8 && until < EARLIEST ? `: write ${until * 1000}` : ''
  throw invalid(where, `"${name}" is in milliseconds since the Unix epoch, such as Date.parse('2027-01-01')${hint}`)
}

function missing(where: string, says: string): ConfigurationError {
  return new ConfigurationError('ERR_OPTION_MISSING', `${where}: ${says}.`)
}

function invalid(where: string, says: string): ConfigurationError {
  return new ConfigurationError('ERR_OPTION_INVALID', `${where}: ${says}.`)
}

function unsafe(where: string, says: string): ConfigurationError {
  return new ConfigurationError('ERR_OPTION_UNSAFE', `${where}: ${says}.`)
}
