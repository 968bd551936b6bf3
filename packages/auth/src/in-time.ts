import { UnavailableError } from '@ashlar/core'

/**
 * What a store answers, or an `UnavailableError` when it fails or takes longer than `ms`.
 * @param what names it in the message: "The store of API keys"
 */
export function inTime<T>(pending: Promise<T>, ms: number, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new UnavailableError(`${what} did not answer in time.`)), ms)
    timer.unref()
    pending.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (cause: unknown) => {
        clearTimeout(timer)
        reject(new UnavailableError(`${what} could not be asked.`, { cause }))
      },
    )
  })
}
