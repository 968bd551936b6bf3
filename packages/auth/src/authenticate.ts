import {
  ALLOW,
  type Awaitable,
  ConfigurationError,
  type Guard,
  guard,
  type Principal,
  principal,
  type RequestView,
  type Verdict,
} from '@ashlar/core'
import { flag, optional, readOptions } from '@ashlar/core/options'
import { isThenable } from '@ashlar/core/time'

import { challengeText } from './challenge.ts'
import type { CredentialSource, Fault, Verified } from './credential-source.ts'
import { credentialSources } from './credential-sources.ts'
import { readArgument } from './reading/argument.ts'
import { Refusals } from './refusals.ts'

export interface AuthenticateOptions {
  /** Lets a request without credentials through, without a principal. One with bad credentials is refused all the same. Default `false`. */
  readonly optional?: boolean
  /** Names the protected area in challenges (RFC 9110 §11.5). Default `'api'`. */
  readonly realm?: string
  /** Where this API's metadata are, told in challenges (RFC 9728 §5.1): `resourceMetadataUrl(resource)`. Default: not told. */
  readonly resourceMetadata?: string
}

type Authentication = Verdict<{ readonly principal: Principal }>

/**
 * Establishes who is calling, by any of the given kinds of credential, and adds the `principal`.
 * 401 without credentials or with bad ones, 400 with several or unreadable ones, 503 when it can't be known now.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @example
 * app.use(protect(authenticate([bearer({ issuer, audience, algorithms: ['RS256'] }), apiKey(keys)])))
 */
export function authenticate(
  kinds: readonly (CredentialSource | readonly CredentialSource[])[],
  options?: AuthenticateOptions & { readonly optional?: false },
): Guard<{ principal: Principal }>
export function authenticate(
  kinds: readonly (CredentialSource | readonly CredentialSource[])[],
  options: AuthenticateOptions,
): Guard<{ principal?: Principal }>
export function authenticate(
  kinds: readonly (CredentialSource | readonly CredentialSource[])[],
  options: AuthenticateOptions = {},
): Guard<{ principal?: Principal }> {
  const where = 'authenticate()'
  const sources = readArgument(where, 'kinds', kinds, credentialSources)
  const settings = readOptions(where, options, {
    optional: flag(false),
    realm: challengeText('api'),
    resourceMetadata: optional(challengeText()),
  })
  const { realm, resourceMetadata } = settings
  const refusals = new Refusals(sources, {
    realm,
    ...(resourceMetadata !== undefined && { resource_metadata: resourceMetadata }),
  })
  const inAuthorization = sources.filter(({ place }) => place === 'authorization')
  const inHeaders = sources.filter(({ place }) => place === 'header')
  const elsewhere = [
    ...sources.filter(({ place }) => place === 'cookie'),
    ...sources.filter(({ place }) => place === 'connection'),
  ]

  function check(request: RequestView): Awaitable<Authentication> {
    let chosen: CredentialSource | undefined
    let credential: string | undefined
    if (inAuthorization.length > 0) {
      const values = request.headerValues('authorization')
      if (values.length > 1) return refusals.duplicate
      if (values.length === 1) {
        const authorization = values[0]!
        for (const source of inAuthorization) {
          const found = source.find(request, authorization)
          if (found === undefined) continue
          if (typeof found === 'object') return refusals.of(found, source)
          chosen = source
          credential = found
          if (source.fits === undefined || source.fits(found)) break
        }
        if (credential === undefined) return refusals.unsupported
      }
    }
    for (const source of inHeaders) {
      const found = source.find(request, undefined)
      if (found === undefined) continue
      if (typeof found === 'object') return refusals.of(found, source)
      if (credential !== undefined) return refusals.ambiguous
      chosen = source
      credential = found
    }
    if (credential === undefined) {
      for (const source of elsewhere) {
        const found = source.find(request, undefined)
        if (found === undefined) continue
        if (typeof found === 'object') return refusals.of(found, source)
        chosen = source
        credential = found
        break
      }
      if (credential === undefined) return settings.optional ? ALLOW : refusals.required
    }
    const answer = chosen!.verify(credential, request)
    // A verdict is known sooner by what it has than by the method that it lacks.
    const isVerdict = (answer as Partial<Verified> | undefined)?.kind === 'allow'
    return !isVerdict && isThenable(answer) ? settle(answer, chosen!) : conclude(answer as Verified | Fault, chosen!)
  }

  function conclude(answer: Verified | Fault, source: CredentialSource): Authentication {
    if (answer.kind === 'fault') return refusals.of(answer, source)
    if (answer.kind === 'allow' && answer.state?.principal) return answer
    // Whatever it is, it says of nobody who is calling.
    throw new ConfigurationError(
      'ERR_GUARD_INVALID',
      `authenticate(): "${source.name}" answered no verdict with a principal.`,
    )
  }

  async function settle(pending: PromiseLike<Verified | Fault>, source: CredentialSource): Promise<Authentication> {
    return conclude(await pending, source)
  }

  return guard({
    name: `authenticate ${[...new Set(sources.map(({ name }) => name))].join(', ')}`,
    layer: 'authentication',
    reads: 'head',
    adds: { principal },
    check,
  })
}
