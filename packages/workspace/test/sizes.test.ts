import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { installedSize, unpackedBytes } from '../src/sizes.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ashlar-sizes-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('what is in a tarball', () => {
  write('package/a', 1000)
  write('package/b/c', 1)
  execFileSync('tar', ['czf', 'x.tgz', 'package'], { cwd: folder })
  expect(unpackedBytes(join(folder, 'x.tgz'))).toBe(1001)
})

test('a package counts once, with all that it needs', () => {
  const sizes = [need('a', ['b', 'c']), need('b', ['c', 'gone']), need('c', ['a']), need('d', [])]
  write('node_modules/c/index.js', 500)
  write('node_modules/c/node_modules/.cache', 100)
  expect(installedSize(['a', 'b'], folder)).toEqual({ bytes: sizes[0]! + sizes[1]! + sizes[2]! + 500, packages: 3 })
})

function need(name: string, needs: readonly string[]): number {
  const manifest = JSON.stringify({ name, dependencies: Object.fromEntries(needs.map((need) => [need, '*'])) })
  write(`node_modules/${name}/package.json`, manifest)
  return manifest.length
}

function write(path: string, content: string | number): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), typeof content === 'number' ? 'x'.repeat(content) : content)
}
