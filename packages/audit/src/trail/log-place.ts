import type { CheckpointSigner } from '../merkle/checkpoint.ts'
import type { TrailFiles } from './trail-files.ts'

/** The file of a log's signed checkpoints. */
export const CHECKPOINTS = 'checkpoints'

/** A log in files: where it is, what it is called, and who signs it. */
export interface LogPlace {
  readonly folder: string
  readonly origin: string
  readonly files: TrailFiles
  readonly signer: CheckpointSigner
  readonly segmentBytes: number
}
