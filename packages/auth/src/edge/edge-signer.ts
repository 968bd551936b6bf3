import { createPublicKey, createSecretKey, type KeyObject, randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

import { ConfigurationError, type Principal } from '@ashlar/core'
import { ALGORITHMS, type Algorithm, checkAlgorithms, misfit } from '@ashlar/core/keys'
import { checkOptionNames, numberOption } from '@ashlar/core/options'
import { type Clock, systemClock } from '@ashlar/core/time'
import { signToken } from '../jwt/sign-token.ts'
import { IDENTITY_HEADERS, identityHeaders, SIGNATURE_HEADER } from './identity-headers.ts'

export interface EdgeSignerOptions {
  /** This gateway's name, as services trust it. */
  readonly issuer: string
  readonly algorithm: Algorithm
  /** The private key, or for HS algorithms the secret. */
  readonly key: KeyObject | string | Uint8Array
  /** Names the key, so that it can be replaced with an overlap. */
  readonly kid: string
  /** How long a signature is good. Seconds, 1 to 300. Default 30. */
  readonly seconds?: number
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

/**
 * Signs identities at the edge. `edgeIdentity()` verifies them in the service.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 */
export function edgeSigner(options: EdgeSignerOptions): EdgeSigner {
  const where = 'edgeSigner()'
  checkOptionNames(where, options, ['issuer', 'algorithm', 'key', 'kid', 'seconds', 'clock'])
  const { issuer, algorithm, kid, clock = systemClock } = options
  for (const [name, value] of Object.entries({ issuer, kid })) {
    if (typeof value !== 'string' || value === '') {
      throw new ConfigurationError('ERR_OPTION_MISSING', `${where}: "${name}" is required.`)
    }
  }
  checkAlgorithms(where, algorithm === undefined ? undefined : [algorithm])
  const key = signingKey(where, algorithm, options.key)
  const seconds = numberOption(where, 'seconds', options.seconds, { min: 1, max: 300, fallback: 30 })

  function headers(principal: Principal, { audience, method, path }: EdgeRequest): Record<string, string> {
    const { subject, roles, scopes, tier, acr, amr, authenticatedAt, claims } = principal
    const email = typeof claims['email'] === 'string' ? claims['email'] : undefined
    const now = Math.floor(clock.now() / 1000)
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

  return {
    headers,
    forward(incoming, principal, request) {
      const passed: Record<string, string | readonly string[]> = {}
      for (const [name, value] of Object.entries(incoming)) {
        if (value !== undefined && !IDENTITY_HEADERS.includes(name.toLowerCase())) passed[name] = value
      }
      return principal ? { ...passed, ...headers(principal, request) } : passed
    },
  }
}

function signingKey(where: string, algorithm: Algorithm, material: EdgeSignerOptions['key'] | undefined): KeyObject {
  const symmetric = ALGORITHMS[algorithm].family === 'HS'
  if (material === undefined) throw new ConfigurationError('ERR_OPTION_MISSING', `${where}: "key" is required.`)
  if (typeof material === 'string' || material instanceof Uint8Array) {
    if (!symmetric)
      throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: ${algorithm} signs with a private key.`)
    const key = typeof material === 'string' ? createSecretKey(material, 'utf8') : createSecretKey(material)
    const why = misfit(algorithm, key)
    if (why) throw new ConfigurationError('ERR_OPTION_UNSAFE', `${where}: "key": ${why}.`)
    return key
  }
  if (material.type !== (symmetric ? 'secret' : 'private')) {
    throw new ConfigurationError(
      'ERR_OPTION_INVALID',
      `${where}: ${algorithm} signs with a ${symmetric ? 'secret' : 'private key'}.`,
    )
  }
  const why = misfit(algorithm, symmetric ? material : createPublicKey(material))
  if (why) throw new ConfigurationError('ERR_OPTION_INVALID', `${where}: "key": ${why}.`)
  return material
}
