import { ALLOW, type Allow, AshlarError, allow, type Guard, guard, type Slot, slot } from '@ashlar/core'

/** Set on every request that came in through a front door. */
const frontDoor: Slot<true> = slot<true>('frontDoor')
const MARKED: Allow<{ frontDoor: true }> = Object.freeze(allow(Object.freeze({ frontDoor: true as const })))

/** The first guard of every front door. */
export const frontDoorMark: Guard = guard({
  name: 'front door',
  layer: 'request',
  reads: 'head',
  adds: { frontDoor },
  check: () => MARKED,
})

const REQUIRE_FRONT_DOOR: Guard = guard({
  name: 'require front door',
  layer: 'request',
  reads: 'head',
  check({ raw }) {
    if (frontDoor.find(raw)) return ALLOW
    throw new AshlarError(
      'ERR_FRONT_DOOR_SKIPPED',
      'A request reached the app past its front door. Serve the app with createServer(frontDoor(app, …)).',
    )
  },
})

/**
 * Refuses, with 500 and a word to the operator, what did not come through the front door: an app that listens by
 * itself, or is mounted past it.
 * @example app.use(protect(requireFrontDoor()))
 */
export function requireFrontDoor(): Guard {
  return REQUIRE_FRONT_DOOR
}
