import { ConfigurationError } from '../errors.ts'
import { kindOf } from './kind-of.ts'

/** Where an option stands, and the errors that can be said of it there. */
export class OptionPlace {
  /** What is being configured: `'rateLimit()'`. */
  readonly where: string
  /** The way to the option: `'automatic.within'`, `'keys[2].secret'`; empty for the options as a whole. */
  readonly option: string

  constructor(where: string, option = '') {
    this.where = where
    this.option = option
  }

  /** The place of an option in this one, or of an entry of this list. */
  in(name: string | number): OptionPlace {
    if (typeof name === 'number') return new OptionPlace(this.where, `${this.option}[${name}]`)
    const plain = /^[\w$-]{1,64}$/.test(name)
    const step = plain ? name : `[${JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name)}]`
    return new OptionPlace(this.where, this.option && plain ? `${this.option}.${step}` : `${this.option}${step}`)
  }

  /** `ERR_OPTION_MISSING`. @param says a sentence more, such as what to give */
  missing(says?: string): ConfigurationError {
    return this.#error('ERR_OPTION_MISSING', `is required.${says ? ` ${says}` : ''}`)
  }

  /**
   * `ERR_OPTION_INVALID`: `rateLimit(): "limit" must be a whole number of at least 1, not a text of 2 characters. Write 10.`
   * @param says what it must be: `'a whole number of at least 1'`, `'one of …'`, `'different from "header"'`
   * @param value described by its kind, never quoted; put `quoted(value)` in `says` where it can't be a secret
   * @param hint a sentence more: what to write instead
   */
  invalid(says: string, value?: unknown, hint?: string): ConfigurationError {
    const not = value === undefined ? '' : `, not ${kindOf(value)}`
    return this.#error('ERR_OPTION_INVALID', `must be ${says}${not}.${hint ? ` ${hint}` : ''}`)
  }

  /** `ERR_OPTION_UNSAFE`. @param says why, as a sentence about the option: `'trusts everyone, so any caller …'` */
  unsafe(says: string): ConfigurationError {
    return this.#error('ERR_OPTION_UNSAFE', says.endsWith('.') ? says : `${says}.`)
  }

  /** `ERR_OPTION_INVALID` for what failed while it was read: a getter, a Proxy, a parser. */
  unreadable(cause: unknown): ConfigurationError {
    return this.#error('ERR_OPTION_INVALID', `can’t be read: reading ${this.option ? 'it' : 'them'} failed.`, cause)
  }

  #error(code: 'ERR_OPTION_MISSING' | 'ERR_OPTION_INVALID' | 'ERR_OPTION_UNSAFE', says: string, cause?: unknown) {
    const { where, option } = this
    const options = { where, option: option || undefined }
    const message = `${where}: ${option ? (option.includes('"') ? option : `"${option}"`) : 'the options'} ${says}`
    return new ConfigurationError(code, message, cause === undefined ? options : { ...options, cause })
  }
}
