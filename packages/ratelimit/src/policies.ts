import { custom, group, listOf, type OptionReader, type OptionTable, oneOf, optional } from '@ashlar/core/options'

import { limitName } from './limit-name.ts'
import { bucketPolicy, LIMIT, type Policy, REFILL, WINDOW_MS, windowPolicy } from './policy.ts'

const asItIs = custom((value) => value)

const members = group({
  kind: oneOf(['token-bucket', 'fixed-window', 'sliding-window']),
  name: optional(limitName()),
  limit: LIMIT,
  windowMs: asItIs,
  refillPerSecond: asItIs,
} satisfies OptionTable<Policy>)

const MADE = 'made by tokenBucket(), fixedWindow() or slidingWindow()'

/**
 * A policy as an app or a loader hands it over: read anew, since it may come from a database or be a copy that was changed.
 * What follows from its kind and its numbers is worked out here, whatever it says of it.
 */
export const policy: OptionReader<Policy> = (value, at) => {
  if (value === undefined) throw at.missing(`It is ${MADE}.`)
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'kind')) throw at.invalid(MADE, value)
  const { kind, name, limit, windowMs, refillPerSecond } = members(value, at)
  return kind === 'token-bucket'
    ? bucketPolicy(limit, REFILL(refillPerSecond, at.in('refillPerSecond')), name)
    : windowPolicy(kind, limit, WINDOW_MS(windowMs, at.in('windowMs')), name)
}

const several = listOf(policy, { max: 16 })

/** One policy, or a list of those that must be satisfied at once. Callers see which one they are over, so each has a name. */
export const policies: OptionReader<readonly Policy[]> = (value, at) => {
  const list = Array.isArray(value) ? several(value, at) : Object.freeze([policy(value, at)])
  const names = new Set(list.map(({ name }) => name))
  if (list.length > 1 && (names.has(undefined) || names.size < list.length)) {
    throw at.invalid('policies with a "name" each, all different, since callers see which one they are over')
  }
  return list
}
