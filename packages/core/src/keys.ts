export { openAt, openBytes, sealAt, sealBytes } from './keys/aes-gcm.ts'
export { ALGORITHMS, type Algorithm, type AlgorithmRules, checkAlgorithms, misfit } from './keys/algorithms.ts'
export { decodeBase64url } from './keys/base64url.ts'
export { fileSubjectKeys } from './keys/file-subject-keys.ts'
export {
  type DerivedKey,
  type DerivedKeys,
  type KeyRing,
  type KeyRingEntry,
  type KeyRingSettings,
  keyRing,
} from './keys/key-ring.ts'
export { type Mac, mac } from './keys/mac.ts'
export { type MemorySubjectKeysOptions, memorySubjectKeys } from './keys/memory-subject-keys.ts'
export { type Seal, seal } from './keys/seal.ts'
export { sign, verify } from './keys/signature.ts'
export { type SubjectKeys, type SubjectSealed, sealFor, unsealFor } from './keys/subject-keys.ts'
