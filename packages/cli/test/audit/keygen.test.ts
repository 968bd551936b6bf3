import { readFileSync, statSync } from 'node:fs'

import { expect, test } from '@jest/globals'

import { ashlar, sampleTrail } from './sample-trail.ts'

const sample = sampleTrail()

test('makes a private key that only its owner reads, and never overwrites one', async () => {
  expect(statSync(sample.keyFile).mode & 0o777).toBe(0o600)
  expect(sample.verifier.name).toBe('trail.example')
  const before = readFileSync(sample.keyFile, 'utf8')
  expect(await ashlar('keygen', 'trail.example', '--out', sample.keyFile)).toMatchObject({ code: 1 })
  expect(readFileSync(sample.keyFile, 'utf8')).toBe(before)
})
