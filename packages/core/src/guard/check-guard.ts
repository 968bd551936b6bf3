import { ConfigurationError } from '../errors.ts'
import type { AnyGuard } from './guard.ts'
import { LAYERS } from './layer.ts'

/** @throws ConfigurationError `ERR_GUARD_INVALID` for what is no guard, with what was probably meant */
export function checkGuard(guard: Partial<AnyGuard> | undefined): asserts guard is AnyGuard {
  const fault = faultOf(guard)
  if (fault !== undefined) throw new ConfigurationError('ERR_GUARD_INVALID', fault)
}

function faultOf(guard: Partial<AnyGuard> | undefined): string | undefined {
  if (Array.isArray(guard)) return 'expected a guard, not a list of them. Guards are given one by one: (a, b).'
  if (typeof guard !== 'object' || guard === null) {
    return `expected a guard, not ${guard === null ? 'null' : typeof guard}. Was a factory passed without calling it?`
  }
  if (typeof guard.check !== 'function') return `a guard has a "check" function.${hintFor(guard)}`
  if (typeof guard.name !== 'string' || guard.name === '') return 'a guard has a name.'
  if (!['head', 'route', 'body'].includes(guard.reads as string)) {
    return `guard "${guard.name}": "reads" is "head", "route" or "body".`
  }
  if (!LAYERS.includes(guard.layer as never)) {
    return `guard "${guard.name}": "layer" is one of ${LAYERS.join(', ')}.`
  }
  for (const member of ['needs', 'adds'] as const) {
    if (guard[member] === undefined || isListOfNames(guard[member])) continue
    return `guard "${guard.name}": "${member}" is a list of the names of slots.`
  }
  return undefined
}

/** What was probably meant with an object that is no guard. */
function hintFor(value: object): string {
  const { find, verify, headers, req, callback } = value as Readonly<Record<string, unknown>>
  if (typeof find === 'function' && typeof verify === 'function') {
    return ' This is a kind of credential: authenticate([…]) makes a guard of it.'
  }
  if ('~standard' in value) return ' This is a schema: validate({ body: schema }) makes a guard of it.'
  if (typeof callback === 'function') return ' This is an app: it comes first, frontDoor(app, guard).'
  if (headers !== undefined || req !== undefined)
    return ' This is a request: protect(guard) is middleware, protect is not.'
  return ''
}

function isListOfNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '')
}
