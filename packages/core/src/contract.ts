export type { ContractRunner } from './contract/contract-runner.ts'
export { subjectKeysContract } from './keys/subject-keys-contract.ts'
export { type OpenReplays, replaysContract } from './stores/replays-contract.ts'
