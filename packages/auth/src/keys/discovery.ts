import { UnavailableError } from '@ashlar/core'
import { type Fetch, requestJson, secureUrl } from '@ashlar/core/http'

/** An authorization server's metadata (RFC 8414 §2, OpenID Connect Discovery §3), as far as it is used. */
export type IssuerMetadata = Readonly<Record<string, unknown>>

/**
 * Finds an issuer's metadata where OpenID Connect has them, or where RFC 8414 does.
 * @throws UnavailableError also when they are another issuer's (RFC 8414 §3.3)
 */
export async function discover(
  issuer: string,
  settings: { readonly fetch: Fetch; readonly timeoutMs: number },
): Promise<IssuerMetadata> {
  const failures: unknown[] = []
  for (const url of metadataUrls(issuer)) {
    try {
      const metadata = await requestJson(url, settings)
      if (metadata['issuer'] === issuer) return metadata
      failures.push(new UnavailableError(`The metadata at ${url} are of another issuer.`))
    } catch (error) {
      failures.push(error)
    }
  }
  const cause = new AggregateError(failures, 'Neither address has them.')
  throw new UnavailableError('The metadata of the issuer could not be found.', { cause })
}

/** The JWKS URL in an issuer's metadata. */
export async function discoverJwksUrl(
  issuer: string,
  settings: { readonly fetch: Fetch; readonly timeoutMs: number },
): Promise<string> {
  const { jwks_uri: url } = await discover(issuer, settings)
  if (typeof url !== 'string') throw new UnavailableError('The metadata name no JWKS.')
  return secureUrl('discovery', 'jwks_uri', url).href
}

function metadataUrls(issuer: string): readonly string[] {
  const url = new URL(issuer)
  const path = url.pathname.replace(/\/$/, '')
  return [
    `${url.origin}${path}/.well-known/openid-configuration`,
    `${url.origin}/.well-known/oauth-authorization-server${path}`,
  ]
}
