import { expect, test } from '@jest/globals'

import { encodeLine, parseLine } from '../../src/trail/line.ts'
import { encodeHeader, genesisOf, parseHeader } from '../../src/trail/segment-header.ts'

const HEADER = {
  origin: 'trail.example/writer-1',
  first: 2,
  prev: genesisOf('x'),
  frontier: [genesisOf('y')],
  open: [1],
}

test('a header is read as it was written', () => {
  expect(parseHeader(encodeHeader(HEADER).trimEnd())).toEqual(HEADER)
})

test.each([
  ['no JSON', 'half'],
  ['null', 'null'],
  ['no header', '{}'],
  ...Object.entries({
    origin: 7,
    prev: 'short',
    first: 0,
    frontier: [],
    open: ['x'],
  }).map(([name, value]) => [name, encodeHeader({ ...HEADER, [name]: value } as never)] as const),
  ['a frontier of other things', encodeHeader({ ...HEADER, frontier: ['x'] })],
])('what is no header is none: %s', (_, line) => {
  expect(parseHeader(line)).toBeUndefined()
})

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
  ['no predecessor', line.replace('"prev"', '"prew"')],
  ['a short predecessor', line.replace(genesisOf('x'), 'x'.repeat(42))],
  ['no hash', line.replace('"hash"', '"hasj"')],
  ['another end', line.replace('"}\n', '"]\n')],
])('what is no record is none: %s', (_, text) => {
  expect(text).not.toBe(line)
  expect(parseLine(Buffer.from(text.trimEnd()))).toBeUndefined()
})
