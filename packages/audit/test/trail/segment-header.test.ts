import { expect, test } from '@jest/globals'

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
