import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import { expect, test } from '@jest/globals'

import { sampleTrail } from '../audit/sample-trail.ts'

const sample = sampleTrail()
const BIN = fileURLToPath(new URL('../../bin/ashlar.js', import.meta.url))

test('the installed command runs', () => {
  const args = [BIN, 'audit', 'verify', sample.folder, '--key', sample.verifierKey]
  expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toContain('trail.example/writer-1: ok')
})

test('a reader that stops, as head does, ends it without a trace of calls', async () => {
  const child = spawn(process.execPath, [BIN, 'audit', 'query', sample.folder], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let err = ''
  child.stderr.on('data', (chunk) => (err += String(chunk)))
  const [code] = (await once(child, 'close')) as [number]
  expect([code, err]).toEqual([141, ''])
})
