import { ConfigurationError } from '@ashlar/core'

import { invalid } from '../credential-source.ts'
import type { ProofOfPossession } from '../proof/proof-of-possession.ts'
import type { CertificateReader } from './client-certificate.ts'

const NO_CERTIFICATE = invalid('the token is bound to a certificate, and the connection has none')
const OTHER_CERTIFICATE = invalid('the token is bound to another certificate')

/**
 * Tokens bound to the caller's TLS certificate (RFC 8705 §3): good only on a connection with that certificate. For
 * `bearer({ proofs: [certificateBinding(certificateOfConnection())] })`.
 * @throws ConfigurationError `ERR_OPTION_MISSING`
 */
export function certificateBinding(reader: CertificateReader): ProofOfPossession {
  checkReader('certificateBinding()', reader)
  return Object.freeze({
    kind: 'certificate',
    verify(binding, request) {
      const found = reader.read(request)
      if (!found) return NO_CERTIFICATE
      return found.thumbprint === binding.thumbprint ? undefined : OTHER_CERTIFICATE
    },
  } satisfies ProofOfPossession)
}

export function checkReader(where: string, reader: CertificateReader | undefined): void {
  if (typeof reader?.read === 'function') return
  throw new ConfigurationError(
    'ERR_OPTION_MISSING',
    `${where}: where certificates are read: certificateOfConnection() or certificateFromProxy({ … }).`,
  )
}
