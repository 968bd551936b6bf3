export type { ContractRunner } from '@ashlar/core/contract'
export { apiKeysContract, type OpenApiKeys } from './api-keys/api-keys-contract.ts'
export { type OpenRevocations, revocationsContract } from './revocation/revocations-contract.ts'
export { type OpenSessions, sessionsContract } from './sessions/sessions-contract.ts'
