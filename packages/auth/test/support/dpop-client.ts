import { createHash, randomUUID } from 'node:crypto'

import { type TestIssuer, testIssuer } from '@ashlar/testkit'

import { jwkThumbprint } from '../../src/proof/jwk-thumbprint.ts'

/** A caller with a key of its own. */
export interface DpopClient {
  readonly thumbprint: string
  readonly key: TestIssuer
  /** A proof for a request with a token; what is given replaces members, `undefined` removes them. */
  proof(
    request: { readonly method: string; readonly url: string; readonly token: string; readonly now: number },
    claims?: object,
    header?: object,
  ): string
}

export function dpopClient(algorithm = 'ES256'): DpopClient {
  const key = testIssuer({ algorithm, kid: null })
  const { alg: _, use: __, ...jwk } = key.jwk as Record<string, unknown>
  return {
    thumbprint: jwkThumbprint(jwk)!,
    key,
    proof({ method, url, token, now }, claims = {}, header = {}) {
      const standard = {
        htm: method,
        htu: url,
        iat: Math.floor(now / 1000),
        jti: randomUUID(),
        ath: createHash('sha256').update(token).digest('base64url'),
      }
      return key.tokenOf(
        JSON.stringify({ typ: 'dpop+jwt', alg: algorithm, jwk, ...header }),
        JSON.stringify({ ...standard, ...claims }),
      )
    },
  }
}
