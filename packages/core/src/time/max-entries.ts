import { ConfigurationError } from '../errors.ts'

/** @throws ConfigurationError `ERR_OPTION_INVALID` where a memory would have no bound */
export function maxEntries(where: string, max: number): number {
  if (Number.isSafeInteger(max) && max >= 1) return max
  throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "max" is a whole number from 1 on, not ${String(max)}.`)
}
