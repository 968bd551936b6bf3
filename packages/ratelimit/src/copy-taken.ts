import type { Taken } from './store.ts'

/** A copy that stays as it is, for what is answered at once and read later. */
export function copyTaken({ admitted, standings }: Taken): Taken {
  return { admitted, standings: standings.map((standing) => ({ ...standing })) }
}
