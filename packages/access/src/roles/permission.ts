import { type OptionReader, quoted } from '@ashlar/core/options'

import { own } from '../own.ts'

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

/** The permission that an action on a resource asks for: `'orders:read'`, or `'read'` where the resource has a `type`. */
export function permissionText(action: string, resource: object | undefined): string {
  if (resource === undefined || readPermission(action) !== undefined) return action
  const type = own(resource, 'type')
  return typeof type === 'string' ? `${type}:${action}` : action
}

/** A permission that code asks for. What is wrong is told with the nearest right form. */
export const askedPermission: OptionReader<Permission> = (value, at) => {
  if (value === undefined) throw at.missing('It is a permission such as "orders:write".')
  const permission = readPermission(value as string)
  if (permission) return permission
  const wildcard = typeof value === 'string' && GRANTED.test(value)
  throw at.invalid(
    `a permission such as "orders:write", not ${quoted(value)}`,
    undefined,
    wildcard
      ? 'It has a wildcard: a role is granted wildcards, a route asks for one permission.'
      : nearest(value, ASKED),
  )
}

/** A permission that a role is granted: either side may be `*`. */
export const grantedPermission: OptionReader<string> = (value, at) => {
  if (typeof value === 'string' && GRANTED.test(value)) return value
  throw at.invalid(
    `a permission such as "orders:write", with "*" for all, not ${quoted(value)}`,
    undefined,
    nearest(value, GRANTED),
  )
}

/** What was probably meant: `orders.write`, `orders/write`, ` orders: write`, `orders`, `*`. */
function nearest(value: unknown, form: RegExp): string | undefined {
  if (typeof value !== 'string' || value.length > 200) return undefined
  const parts = value
    .split(/[\s:./\\|]+/)
    .map((part) => (part.includes('*') ? '*' : part))
    .filter((part) => part !== '')
  const candidate =
    parts.length === 1
      ? `${parts[0]}:*`
      : parts.length === 2
        ? parts.join(':')
        : `${parts.slice(0, -1).join('.')}:${parts.at(-1)}`
  return form.test(candidate) ? `Did you mean "${candidate}"?` : undefined
}
