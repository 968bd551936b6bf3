import { ConfigurationError } from '../errors.ts'
import { compileTrust, type TrustProxy } from '../http/address.ts'
import { checkOptionNames, numberOption } from '../options/options.ts'

/** What every adapter can be told. */
export interface AdapterOptions {
  /**
   * Proxies whose `X-Forwarded-For` is believed: addresses, networks, or `loopback`, `linklocal`, `uniquelocal`.
   * Default: what the app itself trusts where the framework has such a setting (Express's `trust proxy`), else none.
   */
  readonly trustedProxies?: readonly string[]
  /** Whether the error boundary tells messages and stacks. Default: only when `NODE_ENV` is exactly `development`. */
  readonly development?: boolean
  /** How long a guard may take before the request is refused with 503, in milliseconds. Default 10 000. */
  readonly guardTimeoutMs?: number
  /** Told of every error whose request was refused. Default: the framework's own way, or standard error. */
  readonly onError?: (error: unknown) => void
}

export interface AdapterSettings {
  readonly trust: TrustProxy | undefined
  readonly development: boolean
  readonly guardTimeoutMs: number
  readonly onError: ((error: unknown) => void) | undefined
}

/** @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE` */
export function adapterSettings(options: AdapterOptions): AdapterSettings {
  checkOptionNames('adapter', options, ['trustedProxies', 'development', 'guardTimeoutMs', 'onError'])
  const { development, onError } = options
  checkType('development', development, 'boolean')
  checkType('onError', onError, 'function')
  return Object.freeze({
    trust: options.trustedProxies && compileTrust(options.trustedProxies),
    development: development ?? process.env['NODE_ENV'] === 'development',
    guardTimeoutMs: numberOption('adapter', 'guardTimeoutMs', options.guardTimeoutMs, {
      min: 1,
      max: 2 ** 31 - 1,
      fallback: 10_000,
    }),
    onError,
  })
}

function checkType(name: string, value: unknown, type: 'boolean' | 'function'): void {
  if (value === undefined || typeof value === type) return
  throw new ConfigurationError('ERR_OPTION_INVALID', `adapter: "${name}" must be a ${type}, not a ${typeof value}.`)
}
