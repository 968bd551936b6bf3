export type { ContractRunner } from '@ashlar/core/contract'
export { blocksContract, type OpenBlocks } from './blocklist/blocks-contract.ts'
export { type OpenRateLimits, type RateLimitsContractOptions, rateLimitsContract } from './rate-limits-contract.ts'
