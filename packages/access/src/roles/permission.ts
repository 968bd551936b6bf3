import { ConfigurationError } from '@ashlar/core'

/** `resource:action`, such as `orders:write`. In a grant either side may be `*`. */
export type PermissionText = `${string}:${string}`

/** A permission as it is asked for, with the wildcards that would grant it made once. */
export interface Permission {
  readonly text: string
  readonly resource: string
  readonly action: string
  /** `orders:*` */
  readonly anyAction: string
  /** `*:write` */
  readonly anyResource: string
}

const NAME = '[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?'
const ASKED = new RegExp(`^${NAME}:${NAME}$`)
const GRANTED = new RegExp(`^(?:${NAME}|\\*):(?:${NAME}|\\*)$`)

/** A permission that code asks for: no wildcard. `undefined` for a text of another form. */
export function readPermission(text: string): Permission | undefined {
  if (typeof text !== 'string' || !ASKED.test(text)) return undefined
  const [resource = '', action = ''] = text.split(':')
  return Object.freeze({ text, resource, action, anyAction: `${resource}:*`, anyResource: `*:${action}` })
}

/** @throws ConfigurationError `ERR_OPTION_INVALID` with the nearest right form */
export function checkAsked(where: string, text: string): Permission {
  const permission = readPermission(text)
  if (permission) return permission
  if (typeof text === 'string' && GRANTED.test(text)) {
    throw new ConfigurationError(
      'ERR_OPTION_INVALID',
      `${where}: ${JSON.stringify(text)} has a wildcard. A role is granted wildcards; a route asks for one permission.`,
    )
  }
  throw formError(where, text)
}

/** @throws ConfigurationError `ERR_OPTION_INVALID` with the nearest right form */
export function checkGranted(where: string, text: string): string {
  if (typeof text !== 'string' || !GRANTED.test(text)) throw formError(where, text)
  return text
}

function formError(where: string, text: unknown): ConfigurationError {
  const nearest = typeof text === 'string' ? nearestForm(text) : undefined
  const hint = nearest
    ? `Did you mean "${nearest}"?`
    : 'Write "resource:action", such as "orders:write", with "*" for all.'
  return new ConfigurationError('ERR_OPTION_INVALID', `${where}: ${JSON.stringify(text)} is no permission. ${hint}`)
}

/** What was probably meant: `orders.write`, `orders/write`, ` orders: write`, `orders`, `*`. */
function nearestForm(text: string): string | undefined {
  const parts = text
    .split(/[\s:./\\|]+/)
    .map((part) => (part.includes('*') ? '*' : part))
    .filter((part) => part !== '')
  const candidate =
    parts.length === 1
      ? `${parts[0]}:*`
      : parts.length === 2
        ? parts.join(':')
        : `${parts.slice(0, -1).join('.')}:${parts.at(-1)}`
  return GRANTED.test(candidate) ? candidate : undefined
}
