import type { X509Certificate } from 'node:crypto'

import type { CertificatePrincipal } from '@ashlar/core'
import { callback, clock, optional, readOptions } from '@ashlar/core/options'
import type { Clock } from '@ashlar/core/time'

import { type CredentialSource, invalid, type Verified } from '../credential-source.ts'
import { IDENTITY, name } from '../reading/identity-options.ts'
import { certificateReader } from './certificate-binding.ts'
import type { CertificateReader } from './client-certificate.ts'

/** Whom a certificate speaks for. */
export interface CertificateIdentity {
  readonly subject: string
  readonly issuer?: string
  readonly roles?: readonly string[]
  readonly scopes?: readonly string[]
  readonly tier?: string
  readonly claims?: Readonly<Record<string, unknown>>
}

export interface MutualTlsOptions {
  /** `certificateOfConnection()` or `certificateFromProxy({ … })`. */
  readonly certificate: CertificateReader
  /** Whom a trusted certificate speaks for; `undefined` for nobody. Asked once for each certificate, and answers at once. */
  readonly identify: (certificate: X509Certificate) => CertificateIdentity | undefined
  readonly clock?: Clock
}

interface Identified {
  readonly verdict: Verified | undefined
  readonly startsAt: number
  readonly endsAt: number
}

const NOT_TRUSTED = invalid('no trusted authority has issued the certificate')
const NOT_NOW = invalid('the certificate has expired, or is not valid yet')
const NOBODY = invalid('the certificate speaks for nobody')

/**
 * Callers by their TLS client certificate, where they send no other credential.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @example
 * const machines = mutualTls({
 *   certificate: certificateOfConnection(),
 *   identify: ({ subject }) => (subject === 'CN=batch' ? { subject: 'batch', roles: ['machine'] } : undefined),
 * })
 */
export function mutualTls(options: MutualTlsOptions): CredentialSource {
  const settings = readOptions('mutualTls()', options, {
    certificate: certificateReader,
    identify: callback<MutualTlsOptions['identify']>(),
    clock,
  })
  const { certificate: reader, identify, clock: time } = settings
  const known = new WeakMap<X509Certificate, Identified>()

  function identified(certificate: X509Certificate, thumbprint: string): Identified {
    const seen = known.get(certificate)
    if (seen) return seen
    const identity = identify(certificate)
    const endsAt = Date.parse(certificate.validTo)
    const found = {
      verdict: identity === undefined || identity === null ? undefined : verdictOf(identity, thumbprint, endsAt),
      startsAt: Date.parse(certificate.validFrom),
      endsAt,
    }
    known.set(certificate, found)
    return found
  }

  const source: CredentialSource = {
    name: 'certificate',
    place: 'connection',
    challenges: [{ scheme: 'Mutual' }],
    find: (request) => reader.read(request)?.thumbprint,
    verify(_, request) {
      const found = reader.read(request)
      if (!found?.trusted) return NOT_TRUSTED
      const { verdict, startsAt, endsAt } = identified(found.certificate, found.thumbprint)
      const now = time.now()
      if (!(now >= startsAt && now < endsAt)) return NOT_NOW
      return verdict ?? NOBODY
    },
  }
  return Object.freeze(source)
}

function verdictOf(identity: CertificateIdentity, thumbprint: string, expiresAt: number): Verified {
  // An asynchronous `identify` answers a promise, which speaks for nobody.
  const read = readOptions('identify()', identity, { ...IDENTITY, issuer: optional(name) })
  const { subject, issuer, roles, scopes, tier, claims = {} } = read
  const principal: CertificatePrincipal = Object.freeze({
    kind: 'certificate',
    ...{ subject, issuer, tier, thumbprint, expiresAt },
    ...{ roles, scopes, claims },
    binding: Object.freeze({ kind: 'certificate', thumbprint }),
  })
  return Object.freeze({ kind: 'allow', state: Object.freeze({ principal }) })
}
