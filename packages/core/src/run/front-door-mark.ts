import { AshlarError } from '../errors.ts'
import type { Guard } from '../guard/guard.ts'
import { ALLOW } from '../guard/verdict.ts'
import { type Slot, slot } from '../state/state.ts'

/** Set on every request that came in through a front door. */
export const frontDoorMark: Slot<true> = slot<true>('frontDoor')

/**
 * Refuses, with 500 and a word to the operator, what did not come through the front door: an app that listens by
 * itself, or is mounted past it.
 */
export function requireFrontDoor(): Guard {
  return Object.freeze<Guard>({
    name: 'require front door',
    layer: 'request',
    reads: 'head',
    check({ raw }) {
      if (frontDoorMark.find(raw)) return ALLOW
      throw new AshlarError(
        'ERR_FRONT_DOOR_SKIPPED',
        'A request reached the app past its front door. Serve the app with createServer(frontDoor(app, …)).',
      )
    },
  })
}
