import type { OptionReader } from '@ashlar/core/options'

/**
 * An object that JSON can hold. @returns a reader that answers a copy as JSON has it, frozen to the bottom, so that every
 * store gives back the same, and nobody changes it later
 */
export const jsonObject: OptionReader<Readonly<Record<string, unknown>>> = (value, at) => {
  const says = 'an object that JSON can hold'
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
    return JSON.parse(JSON.stringify(value) ?? 'null')
  } catch {
    return undefined
  }
}

export function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) deepFreeze(member)
  return Object.freeze(value)
}
