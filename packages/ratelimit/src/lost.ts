import { UnavailableError } from '@ashlar/core'
import { errorText } from '@ashlar/core/adapter'

/** What the operator is told of something that is lost: what that means, and what was thrown. */
export function lost(says: string, error: unknown): UnavailableError {
  const cause: unknown = (error as Error).cause ?? error
  return new UnavailableError(`${says}: ${errorText(cause)}`, { cause })
}

/** Whether it is told already: by whoever noticed that a store or a loader is lost. */
export function isUnavailable(error: unknown): boolean {
  return (error as { readonly code?: unknown } | undefined)?.code === 'ERR_DEPENDENCY_UNAVAILABLE'
}
