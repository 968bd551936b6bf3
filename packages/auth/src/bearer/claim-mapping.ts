import type { BearerPrincipal, Binding } from '@ashlar/core'
import { group, type OptionReader, type OptionTable, optional, orElse, text } from '@ashlar/core/options'
import { deepFreeze } from '../reading/json-object.ts'
import { oneOrMore } from '../reading/one-or-more.ts'

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

/** Where to look, for each. Nothing for `scopes` is `scope`, and `scp` where there is none. */
export interface ClaimPaths {
  readonly subject: ClaimPath
  readonly roles: ClaimPath
  readonly scopes: ClaimPath | undefined
  readonly tier: ClaimPath
}

const steps = oneOrMore(text())

/** One name stays a text: it may hold a dot or a slash, as names of claims do that are URLs. */
const claimPath: OptionReader<ClaimPath> = (value, at) => {
  const path = steps(value, at)
  return Array.isArray(value) ? path : path[0]!
}

export const claimNames: OptionReader<ClaimPaths> = group({
  subject: orElse(claimPath, () => 'sub'),
  roles: orElse(claimPath, () => 'roles'),
  scopes: optional(claimPath),
  tier: orElse(claimPath, () => 'tier'),
} satisfies OptionTable<ClaimNames>)

/** Whoever an issuer vouches for. */
export type IssuedPrincipal = BearerPrincipal & { readonly issuer: string }

/** @returns the principal that verified claims speak of, or what is wrong with them */
export function principalOf(claims: Claims, issuer: string, names: ClaimPaths): IssuedPrincipal | string {
  const subject = textAt(claims, names.subject)
  if (!subject) return 'the claim for the subject is missing or no text'
  const roles = namesIn(valueAt(claims, names.roles))
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
    tier: textAt(claims, names.tier),
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
