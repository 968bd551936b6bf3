export { apiKeyStoreContract } from './api-keys/contract.ts'
export type { ContractRunner } from './contract-runner.ts'
export { revocationStoreContract } from './revocation/contract.ts'
export { sessionStoreContract } from './sessions/contract.ts'
