import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { widestReading } from '../../src/request/widest-reading.ts'

describe('the widest reading', () => {
  test('is one for all spellings of a path', () => {
    for (const path of ['/admin', '/ADMIN', '/admin/', '/%61dmin', '/%41DMI%4e/', '/admi%6E']) {
      expect(widestReading(path)).toBe('/admin')
    }
    expect(widestReading('/')).toBe('/')
    expect(widestReading('/caf%C3%A9')).toBe('/café')
    expect(widestReading('/%ff')).toBe('/%ff')
    expect(widestReading('/caf%C3%A9/%ff/%F0%9F%98%80%41')).toBe('/café/%ff/😀a')
    expect(widestReading('/%C3/%E2%80/%F0%9F%98/%80')).toBe('/%c3/%e2%80/%f0%9f%98/%80')
    expect(widestReading('/%c0%af%ed%a0%80%61')).toBe('/%c0%af%ed%a0%80a')
  })

  test('is that of any spelling of any path', () => {
    const segment = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_~'), minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(
        fc.array(segment, { minLength: 1 }),
        fc.infiniteStream(fc.nat(3)),
        fc.boolean(),
        (segments, coins, slash) => {
          const path = `/${segments.join('/')}`
          const respell = (letter: string): string => {
            const hex = letter.charCodeAt(0).toString(16)
            return [letter, letter.toUpperCase(), letter.toLowerCase(), letter === '/' ? '/' : `%${hex}`][
              coins.next().value
            ]!
          }
          const spelling = [...path].map(respell).join('') + (slash ? '/' : '')
          expect(widestReading(spelling)).toBe(widestReading(path))
        },
      ),
    )
  })
})
