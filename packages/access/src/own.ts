import { ConfigurationError } from '@ashlar/core'

/** An own property. What is inherited, also from a polluted `Object.prototype`, does not count. */
export function own(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined
}

/** @throws ConfigurationError `ERR_OPTION_INVALID` when it is there and no list of strings */
export function ownList(where: string, object: object, name: string): readonly string[] {
  const value = own(object, name)
  if (value === undefined) return []
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "${name}" is a list of texts.`)
  }
  return value
}
