export type { Fetch } from '@ashlar/core/http'
export type { Algorithm } from '@ashlar/core/keys'
export { type ApiKeyOptions, apiKey } from './api-keys/api-key.ts'
export type { ApiKeyRecord, ApiKeyStore } from './api-keys/api-key-record.ts'
export {
  type ApiKeys,
  type ApiKeysOptions,
  apiKeys,
  type IssuedApiKey,
  type RotateOptions,
} from './api-keys/api-keys.ts'
export type { ApiKeyGrant } from './api-keys/key-grant.ts'
export { type MemoryApiKeysOptions, memoryApiKeys } from './api-keys/memory-api-keys.ts'
export { type AuthenticateOptions, authenticate } from './authenticate.ts'
export { bearer } from './bearer/bearer.ts'
export type { BearerOptions, BearerSettings, SeveralIssuers } from './bearer/bearer-options.ts'
export type { ClaimNames, ClaimPath } from './bearer/claim-mapping.ts'
export type { IssuerOptions, JwksOptions } from './bearer/issuer.ts'
export { certificateBinding } from './certificate/certificate-binding.ts'
export {
  type CertificateReader,
  type ClientCertificate,
  certificateFromProxy,
  certificateOfConnection,
  type ProxyCertificateOptions,
} from './certificate/client-certificate.ts'
export { type CertificateIdentity, type MutualTlsOptions, mutualTls } from './certificate/mutual-tls.ts'
export type { Challenge, CredentialSource, Fault, Verified } from './credential-source.ts'
export { type EdgeIdentityOptions, edgeIdentity } from './edge/edge-identity.ts'
export { type EdgeRequest, type EdgeSigner, type EdgeSignerOptions, edgeSigner } from './edge/edge-signer.ts'
export { type IntrospectionOptions, introspection } from './introspection/introspection.ts'
export { type ClaimFinding, type LintClaimsOptions, lintClaims } from './issuance/lint-claims.ts'
export type { JwkSet, StaticKeys } from './keys/key-source.ts'
export type { Jwk } from './keys/verification-key.ts'
export { type DpopOptions, dpop } from './proof/dpop.ts'
export { type DpopNonces, type DpopNoncesOptions, dpopNonces } from './proof/dpop-nonces.ts'
export type { ProofOfPossession } from './proof/proof-of-possession.ts'
export { type ResourceMetadataOptions, resourceMetadata, resourceMetadataUrl } from './resource-metadata.ts'
export { type MemoryRevocationsOptions, memoryRevocations } from './revocation/memory-revocations.ts'
export type { Revocation, RevocationNews, RevocationStore } from './revocation/revocation.ts'
export type { RevocationCommands } from './revocation/revocation-commands.ts'
export { type Revocable, type Revocations, type RevocationsOptions, revocations } from './revocation/revocations.ts'
export type { Login } from './sessions/login.ts'
export { type MemorySessionsOptions, memorySessions } from './sessions/memory-sessions.ts'
export { sessionCookie } from './sessions/session-cookie.ts'
export type { SessionRecord, SessionStore } from './sessions/session-record.ts'
export { type Sessions, type SessionsOptions, sessions } from './sessions/sessions.ts'
export { type RecentLoginOptions, requireRecentLogin } from './step-up/require-recent-login.ts'
