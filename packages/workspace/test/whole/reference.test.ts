import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { PROBLEMS } from '@ashlar/core'
import { expect, test } from '@jest/globals'

import { ROOT } from '../../src/workspace-package.ts'

const REFERENCE = `${ROOT}packages/core/reference/`

/** Read from the source, since a union of types leaves no trace at run time. */
const errorCodes = [
  ...readFileSync(`${ROOT}packages/core/src/errors.ts`, 'utf8').matchAll(/^ {2}\| '(ERR_[A-Z_]+)'$/gm),
].map((match) => match[1]!)

const kinds = [
  ['errors', errorCodes],
  ['problems', Object.keys(PROBLEMS)],
] as const

const pages = kinds.flatMap(([kind, codes]) => codes.map((code) => [kind, code] as const))

test('the codes are found', () => {
  expect(errorCodes).toContain('ERR_OPTION_UNKNOWN')
  expect(errorCodes.length).toBeGreaterThan(10)
})

test.each(pages)('%s/%s has a page with its name as the title, and an entry in the index', (kind, code) => {
  const path = `${REFERENCE}${kind}/${code}.md`
  expect(existsSync(path) ? readFileSync(path, 'utf8').split('\n', 1)[0] : 'no page').toBe(`# ${code}`)
  expect(readFileSync(`${REFERENCE}README.md`, 'utf8')).toContain(`](${kind}/${code}.md)`)
})

test.each(kinds)('no page of %s is about a code that is gone', (kind, codes) => {
  const files = readdirSync(`${REFERENCE}${kind}`).map((file) => file.replace(/\.md$/, ''))
  expect(files.filter((file) => !(codes as readonly string[]).includes(file))).toEqual([])
})
