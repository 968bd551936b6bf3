import type { Policy } from '../../src/index.ts'

/** One request that was admitted, at a time on a clock that only goes forward. */
interface Admission {
  readonly time: number
  readonly cost: number
}

/**
 * What a policy promises, checked the slow way: it remembers every admission and looks at every window that ends with one.
 * @returns the first broken promise, `undefined` where all are kept
 */
export function brokenPromise(policy: Policy, admissions: readonly Admission[]): string | undefined {
  for (let last = 0; last < admissions.length; last++) {
    let sum = 0
    for (let first = last; first >= 0; first--) {
      sum += admissions[first]!.cost
      const elapsed = admissions[last]!.time - admissions[first]!.time
      const allowed = allowedWithin(policy, admissions[first]!.time, admissions[last]!.time)
      if (sum > allowed + 1e-5) return `${sum} admitted within ${elapsed} ms where ${allowed} is the most`
    }
  }
  return undefined
}

function allowedWithin(policy: Policy, from: number, to: number): number {
  if (policy.kind === 'token-bucket') return policy.limit + ((to - from) / 1000) * policy.refillPerSecond
  if (policy.kind === 'fixed-window') {
    const windows = Math.floor(to / policy.windowMs) - Math.floor(from / policy.windowMs) + 1
    return policy.limit * windows
  }
  return to - from < policy.windowMs ? policy.limit : Number.POSITIVE_INFINITY
}
