/** Every code an `AshlarError` can carry. Each has a page under reference/errors/, which is published. */
export type ErrorCode =
  | 'ERR_ADDRESS_UNKNOWN'
  | 'ERR_BACKGROUND_FAILURE'
  | 'ERR_BACKUP_INVALID'
  | 'ERR_BODY_NOT_PARSED'
  | 'ERR_CONNECTION_NOT_ENCRYPTED'
  | 'ERR_DECORATOR_TARGET'
  | 'ERR_DEPENDENCY_UNAVAILABLE'
  | 'ERR_EVENT_INVALID'
  | 'ERR_FOLDER_IN_USE'
  | 'ERR_FRONT_DOOR_SKIPPED'
  | 'ERR_GUARD_INVALID'
  | 'ERR_GUARD_ORDER'
  | 'ERR_GUARD_TIMEOUT'
  | 'ERR_GUARD_TOO_EARLY'
  | 'ERR_KEY_ENDED'
  | 'ERR_MIDDLEWARE_MISUSED'
  | 'ERR_MIGRATION_FAILED'
  | 'ERR_OPTION_INVALID'
  | 'ERR_OPTION_MISSING'
  | 'ERR_OPTION_UNKNOWN'
  | 'ERR_OPTION_UNSAFE'
  | 'ERR_PACKAGE_MISSING'
  | 'ERR_POLICY_INVALID'
  | 'ERR_POLICY_TEST_FAILED'
  | 'ERR_PROXY_NOT_TRUSTED'
  | 'ERR_PROXY_TRUSTS_ALL'
  | 'ERR_RATE_LIMIT_COST'
  | 'ERR_RATE_LIMIT_KEY'
  | 'ERR_RATE_LIMIT_NAME_TAKEN'
  | 'ERR_ROW_SECURITY_DIFFERS'
  | 'ERR_SEAL_BROKEN'
  | 'ERR_STATE_MISSING'
  | 'ERR_TRAIL_CORRUPT'

/** The page that explains a code, as a path from an app's folder. */
export function errorPage(code: ErrorCode): string {
  return `node_modules/@ashlar/core/reference/errors/${code}.md`
}

/** Registered, so that an error of another copy of this package is known as one. */
const BRAND = Symbol.for('@ashlar/core error 1')

/**
 * Has `instanceof` know the errors that another copy of this package made, by a registered mark: its version or its build is
 * another, its classes are not these. Classes that extend this one are asked about as ever.
 */
function knowAcrossCopies(kind: { readonly prototype: Error }, mark: symbol): void {
  const ordinary = Function.prototype[Symbol.hasInstance]
  Object.defineProperty(kind.prototype, mark, { value: true })
  Object.defineProperty(kind, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      return this === kind ? carries(value, mark) : ordinary.call(this, value)
    },
  })
}

function carries(value: unknown, mark: symbol): boolean {
  try {
    return (value as { readonly [key: symbol]: unknown } | null | undefined)?.[mark] === true
  } catch {
    // Anything can be thrown, also what can't be read.
    return false
  }
}

/** The base of every error that Ashlar throws. `instanceof` knows those of every copy of this package. */
export class AshlarError extends Error {
  static {
    knowAcrossCopies(AshlarError, BRAND)
  }

  override readonly name: string = 'AshlarError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Where a mistake of configuration is. */
export interface ConfigurationPlace extends ErrorOptions {
  /** What was being configured: `'rateLimit()'`. */
  readonly where?: string | undefined
  /** The option, with the way to it: `'automatic.within'`, `'keys[2].secret'`. */
  readonly option?: string | undefined
}

/** An option or an arrangement that can't work or is not safe. Thrown at start-up. */
export class ConfigurationError extends AshlarError {
  static {
    knowAcrossCopies(ConfigurationError, Symbol.for('@ashlar/core configuration error 1'))
  }

  override readonly name: string = 'ConfigurationError'
  /** What was being configured: `'rateLimit()'`. */
  declare readonly where?: string
  /** The option, with the way to it: `'automatic.within'`, `'keys[2].secret'`. Absent where no one option is at fault. */
  declare readonly option?: string
  /** The page that explains the code: `'node_modules/@ashlar/core/reference/errors/ERR_OPTION_INVALID.md'`. */
  readonly page: string

  constructor(code: ErrorCode, message: string, options: ConfigurationPlace = {}) {
    super(code, message, options)
    if (options.where !== undefined) this.where = options.where
    if (options.option !== undefined) this.option = options.option
    this.page = errorPage(code)
  }
}

/** Something a guard depends on failed or did not answer in time. Refused with 503, never passed. */
export class UnavailableError extends AshlarError {
  static {
    knowAcrossCopies(UnavailableError, Symbol.for('@ashlar/core unavailable error 1'))
  }

  override readonly name: string = 'UnavailableError'

  constructor(message: string, options?: ErrorOptions) {
    super('ERR_DEPENDENCY_UNAVAILABLE', message, options)
  }
}

/** The code of an error that Ashlar threw, whichever copy of it. */
export function codeOf(error: unknown): ErrorCode | undefined {
  try {
    return error instanceof AshlarError ? error.code : undefined
  } catch {
    return undefined
  }
}
