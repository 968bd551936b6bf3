import { fakeClock } from '@ashlar/testkit'
import { describe, expect, test } from '@jest/globals'

import { type AutomaticBlocks, type BlockTarget, blocklist } from '../../src/index.ts'

function striking(automatic: AutomaticBlocks) {
  const clock = fakeClock()
  const errors: unknown[] = []
  const list = blocklist({ automatic, clock, onError: (error) => errors.push(error) })
  const strike = (target: BlockTarget, times: number) => {
    for (let time = 0; time < times; time++) list.strike(target)
  }
  const targets = () => list.entries().map(({ target }) => target)
  return { list, clock, strike, targets, errors }
}

test('the last of so many refusals blocks, and not the one after it', () => {
  const { strike, targets } = striking({ refusals: 3 })
  strike('192.0.2.1', 2)
  expect(targets()).toEqual([])
  strike('192.0.2.1', 1)
  expect(targets()).toEqual(['address 192.0.2.1'])
})

test('an IPv6 network of 56 bits is one caller', () => {
  const { strike, targets } = striking({ refusals: 3 })
  for (const host of ['::1', '::2', '::3']) strike(`2001:db8:0:ab00${host}`, 1)
  expect(targets()).toEqual(['network 2001:db8:0:ab00:/56'])
})

test('a principal is blocked as one, and nobody’s address', () => {
  const { strike, targets } = striking({ refusals: 3 })
  strike({ subject: 'ada', issuer: 'https://i' }, 2)
  strike({ subject: 'https://i\nada' }, 2)
  expect(targets()).toEqual([])
  strike({ subject: 'ada', issuer: 'https://i' }, 1)
  expect(targets()).toEqual([expect.stringMatching(/^principal .*ada$/)])
})

test('refusals long ago do not count, and a block ends', () => {
  const { strike, targets, clock } = striking({ refusals: 2, within: '1m', for: '15m' })
  strike('192.0.2.1', 1)
  clock.advance(60_000)
  strike('192.0.2.1', 1)
  expect(targets()).toEqual([])
  strike('192.0.2.1', 1)
  expect(targets()).toHaveLength(1)
  clock.advance(15 * 60_000)
  expect(targets()).toEqual([])
})

describe('who is never blocked', () => {
  test.each(['127.0.0.1', '::1', '10.1.2.3', '192.168.0.7', '::ffff:127.0.0.1', 'fd00::1'])(
    '%s, since it may be the proxy of all',
    (address) => {
      const { strike, targets } = striking({ refusals: 1 })
      strike(address, 5)
      expect(targets()).toEqual([])
    },
  )

  test('others, by choice', () => {
    const { strike, targets } = striking({ refusals: 1, never: ['203.0.113.0/24'] })
    strike('203.0.113.7', 1)
    strike('127.0.0.1', 1)
    expect(targets()).toEqual(['address 127.0.0.1'])
  })
})

test.each([7, null, '', {}, { subject: '' }])('a strike against %p is refused', (target) => {
  const { list } = striking({})
  expect(() => list.strike(target as never)).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^ERR_OPTION_/) }),
  )
})

test('an address that is none blocks nobody, and is told of', async () => {
  const { strike, targets, errors } = striking({ refusals: 1 })
  strike('unix:', 1)
  expect(targets()).toEqual([])
  await Promise.resolve()
  expect(errors).toEqual([expect.objectContaining({ code: 'ERR_OPTION_INVALID' })])
})

test('more blocks than every instance can read are not made, and that is told once', () => {
  const { list, strike, targets, errors } = striking({ refusals: 1 })
  for (let index = 0; index < 100_000; index++) strike(`${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}.1`, 1)
  expect(targets()).toHaveLength(100_000)
  strike('203.0.113.7', 2)
  expect(targets()).toHaveLength(100_000)
  expect(errors).toHaveLength(1)
  return list.close()
})

test.each<[object, string]>([
  [{ refusals: 0 }, 'ERR_OPTION_INVALID'],
  [{ within: 60_000 }, 'ERR_OPTION_INVALID'],
  [{ for: '0s' }, 'ERR_OPTION_INVALID'],
  [{ forMs: 1000 }, 'ERR_OPTION_UNKNOWN'],
  [{ never: ['10.0.0.0/40'] }, 'ERR_OPTION_INVALID'],
  [{ never: '10.0.0.0/8' }, 'ERR_OPTION_INVALID'],
])('%p: %s', (automatic, code) => {
  expect(() => blocklist({ automatic: automatic as AutomaticBlocks })).toThrow(expect.objectContaining({ code }))
})
