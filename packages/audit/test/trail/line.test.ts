import { describe, expect, test } from '@jest/globals'

import { encodeLine, membersOf, parseLine, wholeLines } from '../../src/trail/line.ts'
import { genesisOf } from '../../src/trail/segment-header.ts'

const { line } = encodeLine(7, genesisOf('x'), '{"time":"2026-01-01T00:00:00.000Z","name":"sensitive_read"}')

test('a line is read as it was written', () => {
  expect(parseLine(Buffer.from(line.trimEnd()))).toMatchObject({ seq: 7, prev: genesisOf('x') })
  const parsed = parseLine(Buffer.from(line.trimEnd()))!
  expect(parsed.computed).toBe(parsed.claimed)
})

test('a long line is read as well', () => {
  const long = encodeLine(1, genesisOf('x'), `{"a":"${'x'.repeat(200_000)}"}`).line.trimEnd()
  expect(parseLine(Buffer.from(long))?.seq).toBe(1)
})

test.each([
  ['empty', ''],
  ['short', '{"seq":1}'],
  ['another start', line.replace('{"seq"', '{"sec"')],
  ['no number', line.replace('"seq":7', '"seq":x')],
  ['a leading zero', line.replace('"seq":7', '"seq":07')],
  ['a number that can not be counted', line.replace('"seq":7', '"seq":9007199254740993')],
  ['no predecessor', line.replace('"prev"', '"prew"')],
  ['a short predecessor', line.replace(genesisOf('x'), 'x'.repeat(42))],
  ['no hash', line.replace('"hash"', '"hasj"')],
  ['another end', line.replace('"}\n', '"]\n')],
])('what is no record is none: %s', (_, text) => {
  expect(text).not.toBe(line)
  expect(parseLine(Buffer.from(text.trimEnd()))).toBeUndefined()
})

test('whole lines are counted among whatever is between them', () => {
  const half = line.slice(0, 80)
  expect(wholeLines(Buffer.from(''))).toBe(0)
  expect(wholeLines(Buffer.from(half))).toBe(0)
  expect(wholeLines(Buffer.from(`${half}\n${line}nonsense\n${line}${line.trimEnd()}`))).toBe(2)
  expect(wholeLines(Buffer.from(line.replace('sensitive_read', 'sensitive_reed')))).toBe(0)
})

describe('the members of a line', () => {
  test.each(['', 'null', '{"name":', 'half'])('%j has none, and nothing is thrown', (text) => {
    expect(membersOf(Buffer.from(text))).toEqual({})
  })
  test('are read', () => expect(membersOf(Buffer.from(line))).toMatchObject({ name: 'sensitive_read' }))
})
