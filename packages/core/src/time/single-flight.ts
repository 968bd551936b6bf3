import type { Awaitable } from './awaitable.ts'

/** One answer for all who ask the same while it is on its way. */
export interface SingleFlight<K, V> {
  /**
   * What `make` answers, or what a call with this key that is still under way will. Nothing is remembered beyond that,
   * a failure neither. `make` must end; `ask` sees to it.
   */
  run(key: K, make: () => Awaitable<V> | PromiseLike<V>): Promise<V>
}

/**
 * @example
 * const lookUps = singleFlight<string, Answer>()
 * const answer = await lookUps.run(token, () => ask('The issuer', 5000, () => introspect(token)))
 */
export function singleFlight<K, V>(): SingleFlight<K, V> {
  const flights = new Map<K, Promise<V>>()
  return Object.freeze<SingleFlight<K, V>>({
    run(key, make) {
      const present = flights.get(key)
      if (present) return present
      const flight = new Promise<V>((resolve) => resolve(make()))
      flights.set(key, flight)
      // Before anybody who waits goes on, so that whoever asks again is not told the old answer.
      const land = (): void => {
        flights.delete(key)
      }
      flight.then(land, land)
      return flight
    },
  })
}
