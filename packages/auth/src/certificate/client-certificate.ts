import { createHash, X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'

import type { RequestView } from '@ashlar/core'
import { compileTrust, peerIsTrusted } from '@ashlar/core/http'
import { custom, group, listOf, type OptionTable, optional, readOptions, text } from '@ashlar/core/options'
import { boundedMap } from '@ashlar/core/time'

import { headerName } from '../reading/header-name.ts'

/** The certificate that a caller has shown to hold the key of. */
export interface ClientCertificate {
  readonly certificate: X509Certificate
  /** SHA-256, base64url. */
  readonly thumbprint: string
  /** Whether an authority that is trusted has issued it. One that is not still proves that its key is held. */
  readonly trusted: boolean
}

/** Where client certificates are read. */
export interface CertificateReader {
  read(request: RequestView): ClientCertificate | undefined
}

/**
 * From the TLS connection to this process (`https.createServer({ requestCert: true, … })`).
 * @example
 * const tokens = bearer({ issuer, audience, algorithms: ['RS256'], proofs: [certificateBinding(certificateOfConnection())] })
 */
export function certificateOfConnection(): CertificateReader {
  const known = new WeakMap<object, ClientCertificate>()
  return {
    read({ raw }) {
      const socket = raw.socket as Partial<TLSSocket>
      const seen = known.get(socket)
      if (seen) return seen
      const certificate = socket.getPeerX509Certificate?.()
      if (!certificate) return undefined
      const found = describe(certificate, socket.authorized === true)
      known.set(socket, found)
      return found
    },
  }
}

export interface ProxyCertificateOptions {
  /** The header with the certificate: URL-encoded PEM as nginx's `$ssl_client_escaped_cert`, or RFC 9440's `Client-Cert`. */
  readonly header: string
  /** The proxies that may set it: addresses, networks, `loopback`. From anybody else the header counts for nothing. */
  readonly trustedProxies: readonly string[]
  /** The header by which the proxy says that it has verified the certificate, and what it says: nginx's `$ssl_client_verify` is `SUCCESS`. Without it certificates are not trusted. */
  readonly verified?: { readonly header: string; readonly value: string }
}

const REMEMBERED = 1000
const MAX_LENGTH = 16_384

interface KnownCertificate {
  readonly text: string
  readonly certificate: X509Certificate | undefined
}

const proxies = listOf(text())

const VERIFIED = { header: headerName(), value: text({ quote: true }) } satisfies OptionTable<
  NonNullable<ProxyCertificateOptions['verified']>
>

/**
 * From a proxy that ends TLS. The proxy must remove the headers that clients send under these names.
 * @throws ConfigurationError `ERR_OPTION_MISSING`, `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`, `ERR_OPTION_UNSAFE`
 * @example
 * const certificates = certificateFromProxy({
 *   header: 'X-SSL-Client-Cert',
 *   trustedProxies: ['10.0.0.0/8'],
 *   verified: { header: 'X-SSL-Client-Verify', value: 'SUCCESS' },
 * })
 */
export function certificateFromProxy(options: ProxyCertificateOptions): CertificateReader {
  const {
    header,
    trustedProxies: trusts,
    verified,
  } = readOptions('certificateFromProxy()', options, {
    header: headerName(),
    trustedProxies: custom((value, at) => compileTrust(proxies(value, at), at.where)),
    verified: optional(group(VERIFIED)),
  })
  const name = header.toLowerCase()
  const verifiedName = verified?.header.toLowerCase()
  // By the whole text, since the end of a certificate is one for all that an encoder has padded.
  const cache = boundedMap<string, KnownCertificate>(REMEMBERED, {
    max: REMEMBERED * 4096,
    of: (known) => known.text.length,
  })
  return {
    read(request) {
      if (!peerIsTrusted(request.raw, trusts)) return undefined
      const values = request.headerValues(name)
      const text = values[0]
      if (values.length !== 1 || text === undefined || text.length > MAX_LENGTH) return undefined
      let known = cache.get(text)
      if (!known) {
        known = { text, certificate: parse(text) }
        cache.set(text, known)
      }
      if (!known.certificate) return undefined
      const says = verifiedName === undefined ? [] : request.headerValues(verifiedName)
      return describe(known.certificate, says.length === 1 && says[0] === verified!.value)
    },
  }
}

function describe(certificate: X509Certificate, trusted: boolean): ClientCertificate {
  const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url')
  return Object.freeze({ certificate, thumbprint, trusted })
}

function parse(text: string): X509Certificate | undefined {
  try {
    const binary = /^:([A-Za-z0-9+/]+=*):$/.exec(text)?.[1]
    return new X509Certificate(binary === undefined ? decodeURIComponent(text) : Buffer.from(binary, 'base64'))
  } catch {
    return undefined
  }
}
