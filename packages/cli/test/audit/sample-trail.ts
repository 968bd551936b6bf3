import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type CheckpointVerifier, checkpointSigner, checkpointVerifier, fileTrail } from '@ashlar/audit'
import { fileSubjectKeys } from '@ashlar/core/keys'
import { afterEach, beforeEach } from '@jest/globals'

import { main } from '../../src/index.ts'

const DAYS = [Date.UTC(2026, 0, 5, 9), Date.UTC(2026, 0, 7, 9)]

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs `ashlar audit …`. */
export async function ashlar(...args: readonly string[]): Promise<Ran> {
  let [out, err] = ['', '']
  const code = await main(['audit', ...args], {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  })
  return { code, out, err }
}

/** A trail of six records about two persons, on two days, and what belongs to it; new for each test. */
export class SampleTrail {
  home = ''
  folder = ''
  subjects = ''
  verifierKey = ''
  keyFile = ''
  notes: string[] = []

  get verifier(): CheckpointVerifier {
    return checkpointVerifier(this.verifierKey)
  }

  get segment(): string {
    return join(this.folder, 'writer-1', '0000000000000001.jsonl')
  }

  get signing(): readonly string[] {
    return ['--signing-key', this.keyFile, '--signer', 'trail.example']
  }

  async make(): Promise<void> {
    this.home = mkdtempSync(join(tmpdir(), 'ashlar-cli-'))
    this.folder = join(this.home, 'trail')
    this.subjects = join(this.home, 'subjects')
    this.keyFile = join(this.home, 'key.pem')
    this.verifierKey = (await ashlar('keygen', 'trail.example', '--out', this.keyFile)).out.trim()
    this.notes = []
    let now = DAYS[0]!
    const trail = await fileTrail({
      folder: this.folder,
      signer: checkpointSigner('trail.example', readFileSync(this.keyFile, 'utf8')),
      subjects: await fileSubjectKeys(this.subjects),
      clock: { now: () => now },
      checkpointRecords: 4,
      onCheckpoint: (note) => this.notes.push(note),
    })
    const alice = { kind: 'bearer', subject: 'alice' }
    await trail.record({ name: 'sys_startup', outcome: 'success' })
    await trail.record({ name: 'authn_login_fail', outcome: 'refused', requestId: 'abcdefgh-1' })
    await trail.record({ name: 'sensitive_read', outcome: 'success', who: alice, action: 'orders:read' })
    await trail.record({
      name: 'consent_given',
      outcome: 'success',
      who: alice,
      details: { purpose: 'news', version: 3 },
    })
    now = DAYS[1]!
    await trail.record({ name: 'sensitive_read', outcome: 'success', who: { kind: 'bearer', subject: 'bob' } })
    await trail.record({
      name: 'config_changed',
      outcome: 'success',
      changes: { before: { limit: 1 }, after: { limit: 2 } },
    })
    await trail.close()
  }
}

export function sampleTrail(): SampleTrail {
  const sample = new SampleTrail()
  beforeEach(() => sample.make())
  afterEach(() => rmSync(sample.home, { recursive: true }))
  return sample
}
