export { apiKeyStoreContract } from './api-keys/contract.ts'
export type { ContractRunner } from './contract-runner.ts'
export { replayStoreContract } from './proof/replay-contract.ts'
export { revocationStoreContract } from './revocation/contract.ts'
