import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

import { publicPackages, ROOT } from '../../src/workspace-package.ts'

const files = readdirSync(`${ROOT}.changeset`).filter((file) => file.endsWith('.md'))
const names = publicPackages().map(({ manifest }) => manifest.name)

test.each(files)('%s names packages and says something', (file) => {
  const [, head, text] = /^---\n(.+?)\n---\n(.+)$/s.exec(readFileSync(`${ROOT}.changeset/${file}`, 'utf8')) ?? []
  const lines = (head ?? '').split('\n').map((line) => /^'(@ashlar\/[a-z]+)': (major|minor|patch)$/.exec(line)?.[1])
  expect(lines.filter((name) => name === undefined || !names.includes(name))).toEqual([])
  expect(text?.trim()).not.toBe('')
})
