import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { brokenLinks } from '../../src/consumers/packed-links.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ashlar-links-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('what an installed package can follow, and what it can not', () => {
  write('core/package.json', '{}')
  write(
    'core/README.md',
    '# Core\n\n## When it *fails*, `x`\n\n[a](reference/a.md) [b](reference/b.md) [c](#when-it-fails-x) [d](#what)\n',
  )
  write('core/reference/a.md', '# A\n\n[back](../README.md#core) [out](../../../../docs/x.md)\n')
  write('node/package.json', '{"peerDependencies":{"@ashlar/core":"*"}}')
  write(
    'node/README.md',
    '[core](../core) [core](../core/README.md#core) [web](https://a.example/x) `[no]`\n```\n[no](link)\n```\n',
  )
  write('core/more.md', '[node](../node/README.md)\n')
  expect(brokenLinks(folder)).toEqual([
    '@ashlar/core/README.md: reference/b.md',
    '@ashlar/core/README.md: #what',
    '@ashlar/core/more.md: ../node/README.md',
    '@ashlar/core/reference/a.md: ../../../../docs/x.md',
  ])
})

function write(path: string, text: string): void {
  const file = join(folder, 'node_modules/@ashlar', path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
