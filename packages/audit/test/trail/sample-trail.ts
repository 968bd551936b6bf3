import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import {
  type AuditEvent,
  type CheckpointVerifier,
  checkpointSigner,
  checkpointVerifier,
  type FileTrailOptions,
  fileTrail,
  type Trail,
} from '../../src/index.ts'

export const PRIVATE_KEY: string = generateKeyPairSync('ed25519')
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()
export const SIGNER: ReturnType<typeof checkpointSigner> = checkpointSigner('trail.example', PRIVATE_KEY)
export const VERIFIER: CheckpointVerifier = checkpointVerifier(SIGNER.verifierKey)

/** In memory where there is such a place: what these tests cut off is a process or a file layer, never the disk itself. */
const HOME = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

export function newFolder(): string {
  return mkdtempSync(join(HOME, 'ashlar-trail-'))
}

export function openTrail(folder: string, options: Partial<FileTrailOptions> = {}): Promise<Trail> {
  return fileTrail({ folder, signer: SIGNER, ...options })
}

export function sampleEvent(id: number, details: Record<string, unknown> = {}): AuditEvent {
  return {
    name: 'sensitive_read',
    outcome: 'success',
    who: { kind: 'bearer', subject: `user-${id % 7}` },
    action: 'orders:read',
    resource: { type: 'order', id: String(id) },
    details,
  }
}
