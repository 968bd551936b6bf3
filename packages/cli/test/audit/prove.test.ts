import { provesConsistency, provesInclusion } from '@ashlar/audit'

import { expect, test } from '@jest/globals'

import { ashlar, sampleTrail } from './sample-trail.ts'

const sample = sampleTrail()

const bytes = (text: string) => Buffer.from(text, 'base64')

test('that a record is in the log, against a signed checkpoint', async () => {
  const proof = JSON.parse((await ashlar('prove', sample.folder, '--log', 'writer-1', '--seq', '3')).out)
  const signed = sample.verifier.open(sample.notes.at(-1)!)!
  expect(signed.size).toBe(proof.size)
  expect(provesInclusion(bytes(proof.leaf), 2, 6, proof.path.map(bytes), signed.root)).toBe(true)
})

test('that the log only grew between two signed checkpoints', async () => {
  const { out } = await ashlar('prove', sample.folder, '--log', 'writer-1', '--from', '4', '--to', '6')
  const proof = JSON.parse(out)
  const [first, second] = [sample.notes[0]!, sample.notes.at(-1)!].map((note) => sample.verifier.open(note)!)
  expect(first).toMatchObject({ size: 4 })
  expect(provesConsistency(4, 6, first!.root, second!.root, proof.path.map(bytes))).toBe(true)
})

test('of what is not there there is no proof', async () => {
  expect((await ashlar('prove', sample.folder, '--log', 'writer-1', '--seq', '7')).code).toBe(1)
  expect((await ashlar('prove', sample.folder, '--log', '../x', '--seq', '1')).code).toBe(1)
  expect((await ashlar('prove', sample.folder, '--log', 'writer-1')).code).toBe(2)
})
