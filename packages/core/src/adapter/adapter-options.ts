import type { TrustProxy } from '../http/address.ts'
import { compileTrust } from '../http/compile-trust.ts'
import { custom } from '../options/custom.ts'
import { duration } from '../options/duration-option.ts'
import { flag } from '../options/flag.ts'
import { onError as containedOnError } from '../options/on-error.ts'
import { optional, orElse } from '../options/optional.ts'
import { readOptions } from '../options/read-options.ts'
import type { Duration } from '../time/duration.ts'

/** What every adapter can be told. */
export interface AdapterOptions {
  /**
   * Proxies whose `X-Forwarded-For` is believed: addresses, networks, or `loopback`, `linklocal`, `uniquelocal`; and `unix` for
   * one that is connected by a Unix socket.
   * Default: what the app itself trusts where the framework has such a setting (Express's `trust proxy`), else none.
   */
  readonly trustedProxies?: readonly string[]
  /** Whether the error boundary tells messages and stacks. Default: only when `NODE_ENV` is exactly `development`. */
  readonly development?: boolean
  /** How long a guard may take before the request is refused with 503, from `'1ms'` to `'24d'`. Default `'10s'`. */
  readonly guardTimeout?: Duration
  /** Told of every error whose request was refused. Default: the framework's own way, or standard error. */
  readonly onError?: (error: unknown) => void
}

export interface AdapterSettings {
  readonly trust: TrustProxy | undefined
  readonly development: boolean
  /** In milliseconds. */
  readonly guardTimeoutMs: number
  readonly onError: ((error: unknown) => void) | undefined
}

/** @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE` */
export function adapterSettings(options: AdapterOptions = {}): AdapterSettings {
  const { trustedProxies, development, guardTimeout, onError } = readOptions('adapter()', options, {
    trustedProxies: optional(custom((value, { where }) => compileTrust(value as readonly string[], where))),
    development: orElse(flag(), () => process.env['NODE_ENV'] === 'development'),
    guardTimeout: duration({ fallback: '10s' }),
    onError: optional(containedOnError),
  })
  return Object.freeze({ trust: trustedProxies, development, guardTimeoutMs: guardTimeout, onError })
}
