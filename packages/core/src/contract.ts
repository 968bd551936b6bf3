export type { ContractRunner } from './contract/contract-runner.ts'
export { type OpenReplays, replaysContract } from './stores/replays-contract.ts'
