import { networks } from '../http/networks.ts'
import type { OptionReader } from './option-reader.ts'

/** Addresses, networks and the names `loopback`, `linklocal`, `uniquelocal`, as a test for addresses. */
export const networksOption: OptionReader<(address: string) => boolean> = (value, { where, option }) =>
  networks(value as readonly string[], { where, option })
