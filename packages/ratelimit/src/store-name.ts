import { ConfigurationError } from '@ashlar/core'

/**
 * Two limiters of one name in one store would count into each other's records.
 * @throws ConfigurationError `ERR_RATE_LIMIT_NAME_TAKEN`
 */
export function openName(names: Set<string>, name: string): void {
  if (names.has(name)) {
    throw new ConfigurationError(
      'ERR_RATE_LIMIT_NAME_TAKEN',
      `Two rate limiters share a store under the name "${name}". Give each one a "name" of its own.`,
    )
  }
  names.add(name)
}
