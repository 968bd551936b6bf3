import { timeLimit } from './time-limit.ts'

export interface DeadlineOptions<T> {
  /** The error to reject with when the time is up. */
  error(): Error
  /** Called with a value that arrives after that. */
  late?(value: T): void
}

/** The value of `pending`, or a rejection when it takes longer than `ms`. A late rejection is swallowed. `late` must not throw. */
export function withDeadline<T>(pending: PromiseLike<T>, ms: number, { error, late }: DeadlineOptions<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let expired = false
    const stop = timeLimit(ms, () => {
      expired = true
      reject(error())
    })
    // Resolved first, so that a thenable's own thenables are waited for within the time as well.
    Promise.resolve(pending).then(
      (value) => {
        stop()
        if (expired) late?.(value)
        else resolve(value)
      },
      (reason: unknown) => {
        stop()
        if (!expired) reject(reason)
      },
    )
  })
}
