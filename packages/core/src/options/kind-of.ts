/** What a value is, for a message; never what is in it, since it may be a secret. Never throws. */
export function kindOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value === '' ? 'an empty text' : `a text of ${value.length} character${value.length === 1 ? '' : 's'}`
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value)
    case 'bigint':
    case 'symbol':
    case 'function':
      return `a ${typeof value}`
    default:
      return value === null ? 'null' : kindOfObject(value as object)
  }
}

function kindOfObject(value: object): string {
  try {
    if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
    if ('then' in value && typeof value.then === 'function') return 'a promise'
    if ('check' in value && 'layer' in value) return 'a guard'
    const name: unknown = isPlain(value) ? undefined : Object.getPrototypeOf(value).constructor?.name
    if (typeof name !== 'string' || !/^[A-Za-z_$][\w$]{0,40}$/.test(name) || name === 'Object') return 'an object'
    return `${/^[AEIOU]/i.test(name) ? 'an' : 'a'} ${name}`
  } catch {
    return 'an object that can’t be read'
  }
}

/** Whether it is an object as `{}` makes it, of whichever realm, or one without a prototype. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** What a value is that could be a secret, also as a number. */
export function unquoted(value: unknown): string {
  return typeof value === 'number' ? 'a number' : kindOf(value)
}

/** A text as it was written, cut where it is long; only for options that are no secret. Anything else by its kind. */
export function quoted(value: unknown): string {
  if (typeof value !== 'string') return kindOf(value)
  return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
}
