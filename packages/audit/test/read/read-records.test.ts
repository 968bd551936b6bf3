import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { fakeClock } from '@ashlar/testkit'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'

import { proveConsistency, proveInclusion, provesConsistency, provesInclusion, readRecords } from '../../src/index.ts'
import { newFolder, openTrail, sampleEvent } from '../trail/sample-trail.ts'

let folder: string
beforeEach(() => {
  folder = newFolder()
})
afterEach(() => rmSync(folder, { recursive: true }))

async function read(): Promise<string[]> {
  const found: string[] = []
  for await (const { log, record } of readRecords(folder)) found.push(`${log}#${record.seq} ${record.resource?.id}`)
  return found
}

test('the records of several logs come in the order of time; what is no record is left out', async () => {
  const clock = fakeClock()
  const trails = [await openTrail(folder, { clock }), await openTrail(folder, { clock, segmentBytes: 1500 })]
  for (let id = 0; id < 12; id++) {
    await trails[id % 3 === 0 ? 0 : 1]!.record(sampleEvent(id))
    clock.advance(1)
  }
  for (const trail of trails) await trail.close()
  writeFileSync(join(folder, 'writer-1', '0000000000000001.jsonl'), 'nonsense\n{"seq":"x"}\nnull\nhalf', { flag: 'a' })
  const found = await read()
  expect(found.map((line) => Number(line.split(' ')[1]))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  expect(found[0]).toBe('writer-1#1 0')
  expect(found[1]).toBe('writer-2#1 1')
})

test('an empty folder has no records', async () => {
  expect(await read()).toEqual([])
})

describe('proofs from files', () => {
  const bytes = (text: string) => Buffer.from(text, 'base64')

  test('each record is proved, and each growth', async () => {
    const trail = await openTrail(folder, { segmentBytes: 1500 })
    for (let id = 0; id < 20; id++) await trail.record(sampleEvent(id))
    await trail.close()
    for (let seq = 1; seq <= 20; seq++) {
      const { leaf, size, root, path } = await proveInclusion(folder, 'writer-1', seq)
      expect(provesInclusion(bytes(leaf), seq - 1, size, path.map(bytes), bytes(root))).toBe(true)
      const grown = await proveConsistency(folder, 'writer-1', seq)
      const roots = [bytes(grown.firstRoot), bytes(grown.secondRoot)] as const
      expect(provesConsistency(seq, 20, ...roots, grown.path.map(bytes))).toBe(true)
    }
  })

  test('what is not there has none', async () => {
    const trail = await openTrail(folder)
    await trail.record(sampleEvent(1))
    await trail.close()
    await expect(proveInclusion(folder, 'writer-1', 2)).rejects.toThrow(RangeError)
    await expect(proveInclusion(folder, '../writer-1', 1)).rejects.toThrow(RangeError)
    await expect(proveConsistency(folder, 'writer-1', 0)).rejects.toThrow(RangeError)
  })
})
