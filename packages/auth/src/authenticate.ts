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
import { checkOptionNames } from '@ashlar/core/options'

import { challengeText } from './challenge.ts'
import type { CredentialSource, Fault, Verified } from './credential-source.ts'
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
  const sources = Array.isArray(kinds) ? (kinds as readonly CredentialSource[]).flat() : []
  checkSources(sources)
  checkOptionNames('authenticate()', options, ['optional', 'realm', 'resourceMetadata'])
  const { optional = false, realm = 'api', resourceMetadata } = options
  if (typeof optional !== 'boolean') {
    throw new ConfigurationError('ERR_OPTION_INVALID', 'authenticate(): "optional" is true or false.')
  }
  const refusals = new Refusals(sources, {
    realm: challengeText('authenticate()', 'realm', realm),
    ...(resourceMetadata !== undefined && {
      resource_metadata: challengeText('authenticate()', 'resourceMetadata', resourceMetadata),
    }),
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
      if (credential === undefined) return optional ? ALLOW : refusals.required
    }
    const answer = chosen!.verify(credential, request)
    return answer instanceof Promise ? settle(answer, chosen!) : conclude(answer, chosen!)
  }

  function conclude(answer: Verified | Fault, source: CredentialSource): Authentication {
    return answer.kind === 'fault' ? refusals.of(answer, source) : answer
  }

  async function settle(pending: Promise<Verified | Fault>, source: CredentialSource): Promise<Authentication> {
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

function checkSources(sources: readonly CredentialSource[]): void {
  const usable = (source: Partial<CredentialSource> | undefined): boolean =>
    typeof source?.find === 'function' && typeof source.verify === 'function'
  if (sources.length === 0 || !sources.every(usable)) {
    throw new ConfigurationError(
      'ERR_OPTION_MISSING',
      'authenticate(): the first argument is a list of credential kinds, such as [bearer({ … })].',
    )
  }
}
