import { exportJWK, generateKeyPair, type JSONWebKeySet, SignJWT } from 'jose'

export const ISSUER = 'https://issuer.example'
export const AUDIENCE = 'https://gateway.example'

export type Role = 'viewer' | 'trader' | 'admin'

/** Stands in for an authorization server while developing: a key made at start-up, and tokens signed with it. */
export interface DevelopmentIssuer {
  /** What the gateway verifies with. */
  readonly jwks: JSONWebKeySet
  /** A token that says `role`. `claims` replaces or adds what the tour wants to be wrong. */
  token(role: Role, claims?: Readonly<Record<string, unknown>>): Promise<string>
}

export async function developmentIssuer(): Promise<DevelopmentIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { modulusLength: 2048 })
  const jwks: JSONWebKeySet = {
    keys: [{ ...(await exportJWK(publicKey)), kid: 'development', alg: 'RS256', use: 'sig' }],
  }
  return {
    jwks,
    token(role, claims = {}) {
      const now = Math.floor(Date.now() / 1000)
      const payload = {
        iss: ISSUER,
        aud: AUDIENCE,
        sub: `${role}-1`,
        roles: [role],
        iat: now,
        exp: now + 30 * 60,
        ...claims,
      }
      return new SignJWT(payload)
        .setProtectedHeader({ alg: 'RS256', kid: 'development', typ: 'at+jwt' })
        .sign(privateKey)
    },
  }
}
