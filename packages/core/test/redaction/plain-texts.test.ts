import { expect, test } from '@jest/globals'

import { PlainTexts } from '../../src/redaction/plain-texts.ts'

test('texts that are not seen again are forgotten, so that the memory is bounded', () => {
  const texts = new PlainTexts()
  texts.add('first')
  for (let index = 0; index < 1500; index++) texts.add(`text ${index}`)
  expect(texts.has('first')).toBe(true)
  for (let index = 0; index < 5000; index++) texts.add(`more ${index}`)
  expect(texts.has('text 0')).toBe(false)
  texts.add('x'.repeat(200))
  expect(texts.has('x'.repeat(200))).toBe(false)
})
