import { codeOf, UnavailableError } from '../errors.ts'
import type { Awaitable } from './awaitable.ts'
import { withDeadline } from './deadline.ts'
import { isThenable } from './is-thenable.ts'

export interface AskOptions<T> {
  /** Called with a value that comes when the time is up already. Must not throw. */
  late?(value: T): void
  /** Called when the time is up, so that the question can be called off. Must not throw. */
  callOff?(): void
}

/**
 * Asks what is not ours (a store, a loader, an issuer) one question with a time limit. A plain value comes back at once as it
 * is, without a promise or a timer. A throw, a rejection and an answer that is late are one kind of failure, which the request
 * is refused for with 503; what was thrown is its cause. An answer that is there when the time is up is in time, since an own
 * stall is nobody's failure. What is rejected after that is nobody's concern any more.
 * @param what begins the message: "The store of API keys" could not be asked, or did not answer in time
 * @throws UnavailableError where the question throws; a promise that rejects does so with one
 * @example
 * const record = await ask('The store of API keys', 1000, () => store.find(hash))
 */
export function ask<T>(
  what: string,
  timeoutMs: number,
  question: () => T | PromiseLike<T>,
  options: AskOptions<T> = {},
): Awaitable<T> {
  let answer: T | PromiseLike<T>
  try {
    answer = question()
  } catch (cause) {
    throw failure(what, cause)
  }
  if (!isThenable(answer)) return answer
  return withDeadline(answer as PromiseLike<T>, timeoutMs, {
    ...options,
    error: () => new UnavailableError(`${what} did not answer in time.`),
    failure: (cause) => failure(what, cause),
  })
}

/** What says already that something is unavailable stays as it is. */
function failure(what: string, cause: unknown): Error {
  return codeOf(cause) === 'ERR_DEPENDENCY_UNAVAILABLE'
    ? (cause as Error)
    : new UnavailableError(`${what} could not be asked.`, { cause })
}
