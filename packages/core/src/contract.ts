export type { ContractRunner } from './contract/contract-runner.ts'
export { type SubjectKeysContractRunner, subjectKeysContract } from './keys/subject-keys-contract.ts'
export { type OpenReplays, replaysContract } from './stores/replays-contract.ts'
