import type { Guard } from '@ashlar/core'

/**
 * Sets `X-Process-Time` on every answer, also on a refusal: seconds with six decimals, from this guard to the moment
 * the headers go out. Put it first.
 */
export function processTime(): Guard {
  return PROCESS_TIME
}

const PROCESS_TIME: Guard = Object.freeze<Guard>({
  name: 'process time',
  layer: 'audit',
  reads: 'head',
  check() {
    const startedAt = performance.now()
    return {
      kind: 'allow',
      beforeHeaders: () => ({ 'X-Process-Time': ((performance.now() - startedAt) / 1000).toFixed(6) }),
    }
  },
})
