import { createPublicKey, createSecretKey, KeyObject, randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

import type { Principal } from '@ashlar/core'
import { ALGORITHMS, type Algorithm, checkAlgorithms, misfit } from '@ashlar/core/keys'
import { clock, custom, duration, OptionPlace, type OptionTable, readOptions, text } from '@ashlar/core/options'
import type { Clock, Duration } from '@ashlar/core/time'

import { signToken } from '../jwt/sign-token.ts'
import { readArgument } from '../reading/argument.ts'
import { name } from '../reading/identity-options.ts'
import { IDENTITY_HEADERS, identityHeaders, SIGNATURE_HEADER } from './identity-headers.ts'

export interface EdgeSignerOptions {
  /** This gateway's name, as services trust it. */
  readonly issuer: string
  readonly algorithm: Algorithm
  /** The private key, or for HS algorithms the secret. */
  readonly key: KeyObject | string | Uint8Array
  /** Names the key, so that it can be replaced with an overlap. */
  readonly kid: string
  /** How long a signature is good, in whole seconds. `'1s'` to `'5m'`. Default `'30s'`. */
  readonly lifetime?: Duration
  readonly clock?: Clock
}

/** The one request that an identity is signed for, as the service will see it. */
export interface EdgeRequest {
  /** The service's name. */
  readonly audience: string
  readonly method: string
  /** With or without the query; only the path is signed. */
  readonly path: string
}

/** Tells the services behind a gateway who is calling. */
export interface EdgeSigner {
  /** The identity headers of a principal for one request, signed. */
  headers(principal: Principal, request: EdgeRequest): Record<string, string>
  /**
   * A client's headers as they may be passed on: without its own copies of the identity headers, and with those of the
   * principal where there is one.
   */
  forward(
    incoming: IncomingHttpHeaders,
    principal: Principal | undefined,
    request: EdgeRequest,
  ): Record<string, string | readonly string[]>
}

const REQUEST = { audience: text(), method: text(), path: text() } satisfies OptionTable<EdgeRequest>

/**
 * Signs identities at the edge. `edgeIdentity()` verifies them in the service.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 * @example
 * const gateway = edgeSigner({ issuer: 'gateway', algorithm: 'ES256', key: privateKey, kid: '2026-08' })
 * const headers = gateway.forward(request.headers, principal, { audience: 'orders', method: 'GET', path: '/orders' })
 */
export function edgeSigner(options: EdgeSignerOptions): EdgeSigner {
  const where = 'edgeSigner()'
  const settings = readOptions(where, options, {
    issuer: text({ quote: true }),
    algorithm: custom((value, at) => {
      if (value === undefined) throw at.missing("Name the one to sign with, such as 'ES256'.")
      return [...checkAlgorithms(where, [value as Algorithm])][0]!
    }),
    key: custom((value) => value as EdgeSignerOptions['key'] | undefined),
    kid: text({ quote: true }),
    lifetime: duration({ min: '1s', max: '5m', fallback: '30s' }),
    clock,
  })
  const { issuer, algorithm, kid, clock: time } = settings
  const key = signingKey(new OptionPlace(where, 'key'), algorithm, settings.key)
  const seconds = Math.floor(settings.lifetime / 1000)

  function headers(principal: Principal, request: EdgeRequest): Record<string, string> {
    const { audience, method, path } = readOptions('headers()', request, REQUEST)
    readArgument('headers()', 'principal.subject', principal?.subject, name)
    const { subject, roles, scopes, tier, acr, amr, authenticatedAt, claims } = principal
    const email = typeof claims['email'] === 'string' ? claims['email'] : undefined
    const now = Math.floor(time.now() / 1000)
    const token = signToken(
      algorithm,
      key,
      { typ: 'edge+jwt', kid },
      {
        ...{ iss: issuer, aud: audience, sub: subject, iat: now, exp: now + seconds, jti: randomUUID() },
        ...{ htm: method, path: path.split('?', 1)[0], email, roles, scope: scopes, tier, acr, amr },
        auth_time: authenticatedAt === undefined ? undefined : authenticatedAt / 1000,
        user_iss: principal.issuer,
      },
    )
    return { ...identityHeaders({ subject, email, roles, permissions: scopes }), [SIGNATURE_HEADER]: token }
  }

  return Object.freeze<EdgeSigner>({
    headers,
    forward(incoming, principal, request) {
      const passed: Record<string, string | readonly string[]> = {}
      for (const [name, value] of Object.entries(incoming)) {
        if (value !== undefined && !IDENTITY_HEADERS.includes(name.toLowerCase())) passed[name] = value
      }
      return principal ? { ...passed, ...headers(principal, request) } : passed
    },
  })
}

function signingKey(at: OptionPlace, algorithm: Algorithm, material: EdgeSignerOptions['key'] | undefined): KeyObject {
  const symmetric = ALGORITHMS[algorithm].family === 'HS'
  const says = symmetric ? 'a secret' : 'a private key, as createPrivateKey(…) makes it'
  if (material === undefined) throw at.missing(`${algorithm} signs with ${says}.`)
  const isText = typeof material === 'string' || material instanceof Uint8Array
  if (isText && symmetric) {
    const key = typeof material === 'string' ? createSecretKey(material, 'utf8') : createSecretKey(material)
    const why = misfit(algorithm, key)
    if (why) throw at.unsafe(`can’t be used: ${why}`)
    return key
  }
  if (!(material instanceof KeyObject) || material.type !== (symmetric ? 'secret' : 'private')) {
    throw at.invalid(`${says}, to sign by ${algorithm}`, material)
  }
  const why = misfit(algorithm, symmetric ? material : createPublicKey(material))
  if (why) throw at.invalid(`a key that can be used: ${why}`)
  return material
}
