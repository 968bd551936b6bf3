import { having, type OptionReader } from '@ashlar/core/options'

import { invalid } from '../credential-source.ts'
import type { ProofOfPossession } from '../proof/proof-of-possession.ts'
import { readArgument } from '../reading/argument.ts'
import type { CertificateReader } from './client-certificate.ts'

const NO_CERTIFICATE = invalid('the token is bound to a certificate, and the connection has none')
const OTHER_CERTIFICATE = invalid('the token is bound to another certificate')

/**
 * Tokens bound to the caller's TLS certificate (RFC 8705 §3): good only on a connection with that certificate.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * const proof = certificateBinding(certificateOfConnection())
 * const tokens = bearer({ issuer, audience, algorithms: ['RS256'], proofs: [proof] })
 */
export function certificateBinding(reader: CertificateReader): ProofOfPossession {
  const certificates = readArgument('certificateBinding()', 'reader', reader, certificateReader)
  return Object.freeze({
    kind: 'certificate',
    verify(binding, request) {
      const found = certificates.read(request)
      if (!found) return NO_CERTIFICATE
      return found.thumbprint === binding.thumbprint ? undefined : OTHER_CERTIFICATE
    },
  } satisfies ProofOfPossession)
}

/** Where certificates are read. */
export const certificateReader: OptionReader<CertificateReader> = having<CertificateReader>(
  ['read'],
  'certificateOfConnection() or certificateFromProxy({ … })',
)
