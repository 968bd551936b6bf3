import { contain } from '../trouble/contain.ts'
import { timeLimit } from './time-limit.ts'

export interface Deadline<T> {
  /** The error to reject with when the time is up. */
  error(): Error
  /** What a rejection in time is made of. Default: it stays as it is. */
  failure?(cause: unknown): unknown
  /** Called with a value that arrives when the time is up already. Must not throw. */
  late?(value: T): void
  /** Called when the time is up. Must not throw. */
  callOff?(): void
}

/** The value of `pending`, or a rejection when it takes longer than `ms`. A late rejection is swallowed. */
export function withDeadline<T>(
  pending: PromiseLike<T>,
  ms: number,
  { error, failure, late, callOff }: Deadline<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false
    const stop = timeLimit(ms, () => {
      isLate = true
      reject(error())
      contain(() => callOff?.())
    })
    // A promise of our own takes any thenable, whatever that does when it is asked, and waits for its thenables in time.
    new Promise<T>((adopt) => adopt(pending)).then(
      (value) => {
        stop()
        if (isLate) contain(() => late?.(value))
        else resolve(value)
      },
      (cause: unknown) => {
        stop()
        if (!isLate) reject(failure ? failure(cause) : cause)
      },
    )
  })
}
