export { type ContractRunner, revocationStoreContract } from './revocation/contract.ts'
