export { type SubjectKeysContractRunner, subjectKeysContract } from './keys/subject-keys-contract.ts'
