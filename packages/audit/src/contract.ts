export { type OpenTrail, trailContract } from './trail/trail-contract.ts'
