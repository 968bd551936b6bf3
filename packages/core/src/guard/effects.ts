import type { Effects, Verdict } from './verdict.ts'

const NONE: readonly Effects[] = Object.freeze([])

/** What a verdict wants done, in the order in which it is done. */
export function effectsOf(verdict: Verdict): readonly Effects[] {
  return verdict.also ? [...verdict.also, verdict] : [verdict]
}

/** Of that, what waits for the end of the response: all that still matters of a verdict which decides nothing any more. */
export function releasesOf({ also = NONE, afterResponse }: Verdict): readonly Effects[] {
  const releases = also.flatMap(({ afterResponse: release }) => (release ? [{ afterResponse: release }] : []))
  return afterResponse ? [...releases, { afterResponse }] : releases
}

/** A verdict, with what others before it want done. */
export function beside(earlier: readonly Effects[] | undefined, verdict: Verdict): Verdict {
  if (!earlier?.length) return verdict
  return { ...verdict, also: verdict.also ? [...earlier, ...verdict.also] : earlier }
}
