import { ConfigurationError } from '../errors.ts'

interface Ordered {
  readonly name: string
  readonly needs: readonly string[] | undefined
  readonly adds: readonly string[]
}

/**
 * What no guard of the list adds may have been added before it, by guards in front; that is checked on each request.
 * @throws ConfigurationError `ERR_GUARD_ORDER` where a guard needs what only a later one adds
 */
export function checkOrder(steps: readonly Ordered[]): void {
  const had = new Set<string>()
  steps.forEach(({ name, needs = [], adds }, index) => {
    for (const slot of needs) {
      if (had.has(slot)) continue
      const later = steps.slice(index + 1).find((step) => step.adds.includes(slot) && !step.needs?.includes(slot))
      if (later) {
        throw new ConfigurationError(
          'ERR_GUARD_ORDER',
          `Guard "${name}" needs "${slot}", which "${later.name}" adds. Put "${later.name}" before it.`,
        )
      }
    }
    for (const slot of adds) had.add(slot)
  })
}

/** What a list of guards needs from before it, and what it adds. */
export function slotsOf(steps: readonly Ordered[]): {
  readonly needs: readonly string[]
  readonly adds: readonly string[]
} {
  const needs = new Set<string>()
  const adds = new Set<string>()
  for (const step of steps) {
    for (const slot of step.needs ?? []) if (!adds.has(slot)) needs.add(slot)
    for (const slot of step.adds) adds.add(slot)
  }
  return { needs: [...needs], adds: [...adds] }
}
