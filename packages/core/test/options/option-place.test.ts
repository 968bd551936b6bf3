import { describe, expect, test } from '@jest/globals'

import { OptionPlace } from '../../src/options.ts'
import { AT } from './reading.ts'

describe('a place', () => {
  test('says the way to an option', () => {
    const at = new OptionPlace('x()')
    expect([at.in('a').in('b').in(2).in('c').option, at.in(0).option, at.in('a').in('b c').option]).toEqual([
      'a.b[2].c',
      '[0]',
      'a["b c"]',
    ])
  })

  test('makes the errors', () => {
    expect(AT.missing()).toMatchObject({ code: 'ERR_OPTION_MISSING', message: 'x(): "option" is required.' })
    expect(AT.missing('Give it one.')).toMatchObject({ message: 'x(): "option" is required. Give it one.' })
    expect(AT.invalid('a name')).toMatchObject({ code: 'ERR_OPTION_INVALID', message: 'x(): "option" must be a name.' })
    expect(AT.unsafe('trusts everyone')).toMatchObject({
      code: 'ERR_OPTION_UNSAFE',
      message: 'x(): "option" trusts everyone.',
      where: 'x()',
      option: 'option',
    })
  })
})
