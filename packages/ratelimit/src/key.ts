import { AshlarError, type Principal, principalKey, type RequestView } from '@ashlar/core'
import { OptionPlace, type OptionReader, quoted, wholeNumber } from '@ashlar/core/options'

import { networkKey } from './network-key.ts'

/**
 * Reads what to count a request under: a text, or a list of texts that are one key together, which no other list makes.
 * Called once for each request. An empty text, a list of nothing but those, and anything else is an error.
 */
export type KeyFunction = (request: RequestView, state: Readonly<object>) => string | readonly string[]

/** What requests are counted under. */
export type LimitBy = 'address' | 'principal' | 'api-key' | KeyFunction

/** The one text that a key is in the end. */
export type KeyReader = (request: RequestView, state: Readonly<object>) => string

/** Requests whose address is not known count together, since each of them could be anybody's. */
const UNKNOWN_ADDRESS = 'unknown'
const USUAL_PREFIX = 56

export const ipv6Prefix: OptionReader<number> = wholeNumber({ min: 32, max: 128, fallback: USUAL_PREFIX })

export const limitBy: OptionReader<LimitBy> = (value = 'address', at) => {
  if (value === 'address' || value === 'principal' || value === 'api-key') return value
  if (typeof value === 'function') return value as KeyFunction
  throw at.invalid(`'address', 'principal', 'api-key' or a function, not ${quoted(value)}`)
}

/**
 * What an address is counted under, for a `by` function: itself for IPv4, its network for IPv6, of which one subscriber has
 * a whole one.
 * @param ipv6Prefix bits of an IPv6 address that count, from 32 to 128. Default 56: what one subscriber usually has
 * @throws ConfigurationError `ERR_OPTION_INVALID`
 * @example
 * // Guesses at one account from one network.
 * rateLimit({ policy, reads: 'body', by: ({ address, body }) => [addressKey(address), String(body.email)] })
 */
export function addressKey(address: string | undefined, ipv6Prefix: number = USUAL_PREFIX): string {
  if (address === undefined) return UNKNOWN_ADDRESS
  if (typeof address !== 'string' || address === '') {
    throw new OptionPlace('addressKey()', 'address').invalid('an address', address)
  }
  if (!Number.isInteger(ipv6Prefix) || ipv6Prefix < 32 || ipv6Prefix > 128) {
    throw new OptionPlace('addressKey()', 'ipv6Prefix').invalid('a whole number from 32 to 128', ipv6Prefix)
  }
  return networkKey(address, ipv6Prefix)
}

export function keyReader(by: LimitBy, prefix: number): KeyReader {
  if (by === 'address') return byAddress(prefix)
  if (by === 'principal') return (_, state) => principalKey((state as { principal: Principal }).principal)
  if (by === 'api-key') return (_, state) => apiKeyKey((state as { principal: Principal }).principal)
  return (request, state) => keyText(by(request, state))
}

export function byAddress(prefix: number): KeyReader {
  return ({ address }) => (address === undefined ? UNKNOWN_ADDRESS : networkKey(address, prefix))
}

/** Each API key has a limit of its own; a principal without one has its own as well. No key of a principal begins with a letter. */
function apiKeyKey(principal: Principal): string {
  return principal.kind === 'api-key' ? `key ${principal.keyId}` : principalKey(principal)
}

/** A text is the same key as a list of it alone. A bracket tells lists from texts, so a text that begins with one is written as a list. */
function keyText(answer: unknown): string {
  if (typeof answer === 'string' && answer !== '') return answer.startsWith('[') ? JSON.stringify([answer]) : answer
  if (Array.isArray(answer)) {
    const parts: readonly unknown[] = [...answer]
    if (parts.every((part) => typeof part === 'string') && parts.some((part) => part !== '')) {
      return parts.length === 1 ? keyText(parts[0]) : JSON.stringify(parts)
    }
  }
  throw new AshlarError(
    'ERR_RATE_LIMIT_KEY',
    `The "by" function of a rate limit answered ${answer === '' ? 'an empty text' : typeof answer}, not a text (or a list of texts) to count by.`,
  )
}
