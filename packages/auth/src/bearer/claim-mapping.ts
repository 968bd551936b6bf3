import { type BearerPrincipal, type Binding, ConfigurationError } from '@ashlar/core'
import { checkOptionNames } from '@ashlar/core/options'

/** A claim's name, or the way to it through nested objects: `['realm_access', 'roles']`. */
export type ClaimPath = string | readonly string[]

/** Which claims say what, for issuers with names of their own. */
export interface ClaimNames {
  /** Default `sub`. */
  readonly subject?: ClaimPath
  /** An array of names, or one name. Default `roles`. */
  readonly roles?: ClaimPath
  /** An array, or names with spaces between. Default `scope`, and `scp` where there is none. */
  readonly scopes?: ClaimPath
  /** Default `tier`. */
  readonly tier?: ClaimPath
}

type Claims = Readonly<Record<string, unknown>>

const KNOWN = ['subject', 'roles', 'scopes', 'tier'] as const

/** @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID` */
export function checkClaimNames(where: string, names: ClaimNames): void {
  checkOptionNames(`${where}: claims`, names, KNOWN)
  for (const [name, path] of Object.entries(names)) {
    const steps: readonly unknown[] = Array.isArray(path) ? path : [path]
    if (steps.length === 0 || steps.some((step) => typeof step !== 'string' || step === '')) {
      throw new ConfigurationError(
        'ERR_OPTION_INVALID',
        `${where}: claims.${name} is the name of a claim, or a list of names that leads to it.`,
      )
    }
  }
}

/** Whoever an issuer vouches for. */
export type IssuedPrincipal = BearerPrincipal & { readonly issuer: string }

/** @returns the principal that verified claims speak of, or what is wrong with them */
export function principalOf(claims: Claims, issuer: string, names: ClaimNames): IssuedPrincipal | string {
  const subject = textAt(claims, names.subject ?? 'sub')
  if (!subject) return 'the claim for the subject is missing or no text'
  const roles = namesIn(valueAt(claims, names.roles ?? 'roles'))
  if (!roles) return 'the claim for roles holds something other than names'
  const scopes = scopesIn(names.scopes ? valueAt(claims, names.scopes) : (own(claims, 'scope') ?? own(claims, 'scp')))
  if (!scopes) return 'the claim for scopes holds something other than names'
  const binding = bindingIn(own(claims, 'cnf'))
  if (typeof binding === 'string') return binding
  const amr = namesIn(own(claims, 'amr'))
  const authTime = own(claims, 'auth_time')
  return Object.freeze({
    kind: 'bearer',
    subject,
    issuer,
    roles,
    scopes,
    tier: textAt(claims, names.tier ?? 'tier'),
    acr: textAt(claims, 'acr'),
    amr: amr && amr.length > 0 ? amr : undefined,
    authenticatedAt: typeof authTime === 'number' && Number.isFinite(authTime) ? authTime * 1000 : undefined,
    expiresAt: typeof claims['exp'] === 'number' ? claims['exp'] * 1000 : undefined,
    binding,
    tokenId: textAt(claims, 'jti'),
    clientId: textAt(claims, 'client_id') ?? textAt(claims, 'azp'),
    sessionId: textAt(claims, 'sid'),
    claims: deepFreeze(claims),
  })
}

/** Own members only, so that nothing is found on a polluted prototype. */
function own(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Claims)[name] : undefined
}

function valueAt(claims: Claims, path: ClaimPath): unknown {
  if (typeof path === 'string') return own(claims, path)
  return path.reduce<unknown>(own, claims)
}

function textAt(claims: Claims, path: ClaimPath): string | undefined {
  const value = valueAt(claims, path)
  return typeof value === 'string' && value !== '' ? value : undefined
}

const NONE: readonly string[] = Object.freeze([])

function namesIn(value: unknown): readonly string[] | undefined {
  if (value === undefined) return NONE
  if (typeof value === 'string') return Object.freeze([value])
  if (!Array.isArray(value) || value.some((name) => typeof name !== 'string')) return undefined
  return value as readonly string[]
}

function scopesIn(value: unknown): readonly string[] | undefined {
  return typeof value === 'string' ? Object.freeze(value.split(' ').filter((name) => name !== '')) : namesIn(value)
}

/** RFC 7800: a token with a confirmation is worthless without the key; one that can't be checked refuses the token. */
function bindingIn(confirmation: unknown): Binding | undefined | string {
  if (confirmation === undefined) return undefined
  const methods = typeof confirmation === 'object' && confirmation !== null ? Object.keys(confirmation) : []
  const [method] = methods
  const thumbprint = method === undefined ? undefined : own(confirmation, method)
  if (methods.length === 1 && typeof thumbprint === 'string' && thumbprint !== '') {
    if (method === 'jkt') return Object.freeze({ kind: 'dpop', thumbprint })
    if (method === 'x5t#S256') return Object.freeze({ kind: 'certificate', thumbprint })
  }
  return 'the token is bound to a key in a way that is not supported'
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) deepFreeze(member)
  return Object.freeze(value)
}
