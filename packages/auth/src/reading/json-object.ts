import type { OptionReader } from '@ashlar/core/options'

const LOST = /[\0\p{Surrogate}]/u

/**
 * An object that JSON can hold. @returns a reader that answers a copy as JSON has it, frozen to the bottom, so that every
 * store gives back the same, and nobody changes it later
 */
export const jsonObject: OptionReader<Readonly<Record<string, unknown>>> = (value, at) => {
  const says = 'an object that JSON can hold, without NUL and halves of characters'
  if (value === undefined) throw at.missing(`It is ${says}.`)
  // Of a Map or another instance JSON would have nothing.
  if (typeof value !== 'object' || value === null || !isPlain(value)) throw at.invalid(says, value)
  const copy = jsonCopy(value)
  if (typeof copy !== 'object' || copy === null || Array.isArray(copy)) throw at.invalid(says)
  return deepFreeze(copy as Readonly<Record<string, unknown>>)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** Without the error's text, which quotes what is in it. */
function jsonCopy(value: object): unknown {
  try {
    // What has no JSON, such as a function, becomes `undefined` and is refused.
    return JSON.parse(JSON.stringify(value) ?? 'null', kept)
  } catch {
    return undefined
  }
}

/** What every store keeps as it is: PostgreSQL has no NUL, and UTF-8 no half of a surrogate pair. */
function kept(name: string, value: unknown): unknown {
  if (LOST.test(name) || (typeof value === 'string' && LOST.test(value))) throw new TypeError('lost')
  return value
}

export function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) deepFreeze(member)
  return Object.freeze(value)
}
