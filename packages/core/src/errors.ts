/** Every code an `AshlarError` can carry. Each has a page under docs/reference/errors/. */
export type ErrorCode =
  | 'ERR_ADDRESS_UNKNOWN'
  | 'ERR_BACKGROUND_FAILURE'
  | 'ERR_BACKUP_INVALID'
  | 'ERR_BODY_NOT_PARSED'
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

/** Registered, so that an error of another copy of this package is known as one. */
const BRAND = Symbol.for('@ashlar/core error 1')

/** The base of every error that Ashlar throws. */
export class AshlarError extends Error {
  static {
    Object.defineProperty(AshlarError.prototype, BRAND, { value: true })
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
  override readonly name: string = 'ConfigurationError'
  /** What was being configured: `'rateLimit()'`. */
  declare readonly where?: string
  /** The option, with the way to it: `'automatic.within'`, `'keys[2].secret'`. Absent where no one option is at fault. */
  declare readonly option?: string
  /** The page that explains the code: `'docs/reference/errors/ERR_OPTION_INVALID.md'`. */
  readonly page: string

  constructor(code: ErrorCode, message: string, options: ConfigurationPlace = {}) {
    super(code, message, options)
    if (options.where !== undefined) this.where = options.where
    if (options.option !== undefined) this.option = options.option
    this.page = `docs/reference/errors/${code}.md`
  }
}

/** Something a guard depends on failed or did not answer in time. Refused with 503, never passed. */
export class UnavailableError extends AshlarError {
  override readonly name: string = 'UnavailableError'

  constructor(message: string, options?: ErrorOptions) {
    super('ERR_DEPENDENCY_UNAVAILABLE', message, options)
  }
}

/** The code of an error that Ashlar threw, whichever copy of it. */
export function codeOf(error: unknown): ErrorCode | undefined {
  try {
    return (error as { [BRAND]?: true } | null | undefined)?.[BRAND] ? (error as AshlarError).code : undefined
  } catch {
    // Anything can be thrown, also what can't be read.
    return undefined
  }
}
