import { having, listOf, orElse, readOptions, text } from '@ashlar/core/options'

import type { CheckpointVerifier } from '../merkle/checkpoint.ts'

export interface VerifyOptions {
  /** The keys that may have signed. Without any, signatures are not checked. */
  readonly verifiers: readonly CheckpointVerifier[]
  /** Signed notes that a witness kept, of this or other logs. Default: none. */
  readonly witnessed?: readonly string[]
}

export interface VerifySettings {
  readonly verifiers: readonly CheckpointVerifier[]
  readonly witnessed: readonly string[]
}

/** A witness may have kept a note for each second of some years. */
const MAX_NOTES = 2 ** 28

export function verifySettings(where: string, options: VerifyOptions): VerifySettings {
  return readOptions(where, options, {
    verifiers: listOf(having<CheckpointVerifier>(['open'], 'checkpointVerifier(key)'), { min: 0 }),
    witnessed: orElse(listOf(text(), { min: 0, max: MAX_NOTES }), () => []),
  })
}
