import { type Allow, type Guard, guard } from '@ashlar/core'

/**
 * Sets `X-Process-Time` on every answer, also on a refusal: seconds with six decimals, from the request's first guard to the
 * moment the headers go out.
 * @example app.use(protect(requestId(), processTime()))
 */
export function processTime(): Guard {
  return PROCESS_TIME
}

const TIMED: Allow<never> = Object.freeze({
  kind: 'allow',
  beforeHeaders: (_status: number, elapsedMs: number) => ({ 'x-process-time': (elapsedMs / 1000).toFixed(6) }),
})

const PROCESS_TIME: Guard = guard({
  name: 'process time',
  layer: 'audit',
  reads: 'head',
  check: () => TIMED,
})
