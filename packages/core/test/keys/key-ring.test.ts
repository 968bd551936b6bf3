import { inspect } from 'node:util'

import { afterEach, expect, jest, test } from '@jest/globals'

import { type KeyRing, keyRing, mac, seal } from '../../src/keys.ts'

afterEach(() => {
  jest.restoreAllMocks()
})

const secret = (letter: string): string => letter.repeat(32)
const A = { id: 'a', secret: secret('a') }
const B = { id: 'b', secret: secret('b') }
const START = Date.parse('2026-08-01T00:00:00Z')

function clockAt(now: number): { now(): number; time: number } {
  return {
    time: now,
    now() {
      return this.time
    },
  }
}

test('shows nothing but its ids', () => {
  const ring = keyRing([A, { id: 'bytes', secret: Buffer.from(secret('z')) }])
  expect(JSON.stringify(ring)).toBe('{"ids":["a","bytes"]}')
  const seen = inspect([ring, ring.derive('x'), ring.derive('x').current()], { depth: 9, showHidden: true })
  expect(seen).toContain("'bytes'")
  for (const shown of ['aaaa', 'zzzz', '61 61', '7a 7a']) expect(seen).not.toContain(shown)
  expect(Object.isFrozen(ring) && Object.isFrozen(ring.ids)).toBe(true)
})

test('a ring is taken as it is, and one that another copy of the package made', () => {
  const ring = keyRing([A])
  expect(keyRing(ring)).toBe(ring)
  const foreign: KeyRing = { ids: ['a'], derive: (purpose) => ring.derive(purpose) }
  expect(seal(keyRing(foreign), 'x').open(seal(ring, 'x').seal('text', ''), '')).toBe('text')
})

test('a text and its bytes are one secret, and later changes of the bytes change nothing', () => {
  const bytes = Buffer.from(A.secret)
  const signature = mac(keyRing([A]), 'x').sign('text')
  const ring = keyRing([{ id: 'a', secret: bytes }])
  bytes.fill(0)
  expect(mac(ring, 'x').verify('text', signature)).toBe(true)
})

test('no two purposes share a key, nor sealing and signing for one purpose', () => {
  const ring = keyRing([A])
  const keys = ['x', 'y', 'seal x', 'mac x', ''].map((purpose) =>
    ring.derive(purpose).current().key.export().toString('hex'),
  )
  expect(new Set(keys).size).toBe(5)
  expect(keys.every((key) => key.length === 64)).toBe(true)
})

test('derives by HKDF-SHA-256 without a salt, as any other program would', () => {
  expect(keyRing([A]).derive('purpose').current().key.export().toString('hex')).toBe(
    '70e29cb4dd9babbaf26f5566f5409a74370f822c30c3715f7a64da1b74745c74',
  )
})

test('what ends at its time opens and verifies nothing from then on', () => {
  const clock = clockAt(START)
  const old = keyRing([B])
  const sealed = seal(old, 'x').seal('text', '')
  const signature = mac(old, 'x').sign('text')
  const ring = keyRing([A, { ...B, until: START + 1000 }], { clock })
  const [seals, macs] = [seal(ring, 'x'), mac(ring, 'x')]
  clock.time = START + 999
  expect([seals.open(sealed, ''), macs.verify('text', signature)]).toEqual(['text', true])
  clock.time = START + 1000
  expect([seals.open(sealed, ''), macs.verify('text', signature)]).toEqual([undefined, false])
  expect(seals.seal('text', '')).toMatch(/^a\./)
})

test('the next key in force takes the place of a current one that ended, with one warning', () => {
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const clock = clockAt(START)
  const ends = { until: START + 1 }
  const ring = keyRing([{ ...A, ...ends }, { id: 'c', secret: secret('c'), ...ends }, B], { where: 'one()', clock })
  const seals = seal(ring, 'x')
  expect(seals.seal('text', '')).toMatch(/^a\./)
  expect(warned).not.toHaveBeenCalled()
  clock.time += 1
  expect(seals.seal('text', '')).toMatch(/^b\./)
  expect(mac(ring, 'x').sign('text')).toMatch(/^b\./)
  expect(warned).toHaveBeenCalledTimes(1)
  expect(warned).toHaveBeenCalledWith(
    expect.stringContaining('one(): the time of the first key, "a", has ended. The key "b" takes its place'),
    expect.objectContaining({ code: 'ERR_KEY_ENDED' }),
  )
})

test('without a key in force nothing is sealed or signed', () => {
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const clock = clockAt(START)
  const ring = keyRing([{ ...A, until: START + 1 }], { where: 'two()', clock })
  const sealed = seal(ring, 'x').seal('text', '')
  clock.time += 1
  expect(() => seal(ring, 'x').seal('text', '')).toThrow(
    expect.objectContaining({ code: 'ERR_DEPENDENCY_UNAVAILABLE' }),
  )
  expect(() => mac(ring, 'x').sign('text')).toThrow(expect.objectContaining({ code: 'ERR_DEPENDENCY_UNAVAILABLE' }))
  expect(seal(ring, 'x').open(sealed, '')).toBeUndefined()
  expect(warned).toHaveBeenCalledTimes(1)
})

test.each<[string, unknown, string, string]>([
  ['nothing', undefined, 'ERR_OPTION_MISSING', '"keyRing" is required'],
  ['no key', [], 'ERR_OPTION_INVALID', 'of at least 1 entry'],
  ['null', null, 'ERR_OPTION_INVALID', 'must be a list'],
  ['one entry without its list', A, 'ERR_OPTION_INVALID', 'must be a list'],
  ['bare secrets', [secret('a')], 'ERR_OPTION_INVALID', 'keyRing[0]'],
  ['a hole', new Array(1), 'ERR_OPTION_INVALID', 'keyRing[0]'],
  ['a promise', Promise.resolve([A]), 'ERR_OPTION_INVALID', 'must be a list'],
  ['an unknown member', [{ ...A, untill: START }], 'ERR_OPTION_UNKNOWN', 'until'],
  ['no id', [{ secret: secret('a') }], 'ERR_OPTION_MISSING', 'keyRing[0].id'],
  ['an empty id', [{ ...A, id: '' }], 'ERR_OPTION_INVALID', 'keyRing[0].id'],
  ['an id with a dot', [{ ...A, id: 'a.b' }], 'ERR_OPTION_INVALID', 'keyRing[0].id'],
  ['an id with a line break', [{ ...A, id: 'a\n' }], 'ERR_OPTION_INVALID', 'keyRing[0].id'],
  ['a long id', [{ ...A, id: 'x'.repeat(33) }], 'ERR_OPTION_INVALID', 'keyRing[0].id'],
  ['a number as id', [{ ...A, id: 1 }], 'ERR_OPTION_INVALID', 'keyRing[0].id'],
  ['one id twice', [A, { ...B, id: 'a' }], 'ERR_OPTION_INVALID', '"a" twice'],
  ['one secret twice', [A, { ...A, id: 'b', until: START * 2 }], 'ERR_OPTION_UNSAFE', '"a" and "b"'],
  ['no secret', [{ id: 'a' }], 'ERR_OPTION_MISSING', 'keyRing[0].secret'],
  ['a null secret', [{ id: 'a', secret: null }], 'ERR_OPTION_INVALID', 'keyRing[0].secret'],
  ['numbers as secret', [{ id: 'a', secret: new Array(32).fill(1) }], 'ERR_OPTION_INVALID', 'keyRing[0].secret'],
  ['a number as secret', [{ id: 'a', secret: 1234567 }], 'ERR_OPTION_INVALID', 'not a number.'],
  ['bytes that nobody filled', [{ id: 'a', secret: Buffer.alloc(32) }], 'ERR_OPTION_UNSAFE', 'keyRing[0].secret'],
  ['a short secret', [A, { id: 'b', secret: 'x'.repeat(31) }], 'ERR_OPTION_UNSAFE', '32 bytes at least, not 31'],
  ['seconds', [{ ...A, until: START / 1000 }], 'ERR_OPTION_INVALID', `write ${START}`],
  ['microseconds', [{ ...A, until: START * 1000 }], 'ERR_OPTION_INVALID', 'milliseconds'],
  ['NaN', [{ ...A, until: Number.NaN }], 'ERR_OPTION_INVALID', 'milliseconds'],
  ['never', [{ ...A, until: Number.POSITIVE_INFINITY }], 'ERR_OPTION_INVALID', 'milliseconds'],
  ['a null end', [{ ...A, until: null }], 'ERR_OPTION_INVALID', 'milliseconds'],
  ['a date', [{ ...A, until: new Date(START) }], 'ERR_OPTION_INVALID', 'milliseconds'],
  ['a number as text', [{ ...A, until: String(START) }], 'ERR_OPTION_INVALID', 'milliseconds'],
  ['a current key that has ended', [{ ...A, until: START - 1 }, B], 'ERR_OPTION_UNSAFE', 'whose time has ended, "a"'],
])('refuses %s', (_, entries, code, says) => {
  let thrown: unknown
  try {
    keyRing(entries as never, { where: 'sessions()', clock: clockAt(START) })
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({ name: 'ConfigurationError', code })
  expect((thrown as Error).message).toMatch(/^sessions\(\)/)
  expect((thrown as Error).message).toContain(says)
  expect((thrown as Error).message).not.toMatch(/aaaa|xxxx/)
})

test('reads each member once, and only what the entry itself has', () => {
  let reads = 0
  const entry = {
    id: 'a',
    get secret() {
      reads++
      return secret(reads === 1 ? 'a' : 'b')
    },
  }
  const signature = mac(keyRing([A]), 'x').sign('text')
  expect(mac(keyRing([entry]), 'x').verify('text', signature)).toBe(true)
  expect(reads).toBe(1)
  expect(() => keyRing([Object.create(A) as typeof A])).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
})
