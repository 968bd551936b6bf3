import { UnavailableError } from '@ashlar/core'

/** What the operator is told of something that is lost: what that means, with what was thrown as its cause. */
export function lost(says: string, error: unknown): UnavailableError {
  return new UnavailableError(`${says}.`, { cause: (error as Error).cause ?? error })
}

/** Whether it is told already: by whoever noticed that a store or a loader is lost. */
export function isUnavailable(error: unknown): boolean {
  return (error as { readonly code?: unknown } | undefined)?.code === 'ERR_DEPENDENCY_UNAVAILABLE'
}
