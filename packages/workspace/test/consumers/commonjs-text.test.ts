import { expect, test } from '@jest/globals'

import { commonJsText } from '../../src/consumers/commonjs-text.ts'

test('imports and exports become those of CommonJS', () => {
  const module = [
    "import a from 'a'",
    "import { b, c } from './b.js'",
    'export const d = a(b)',
    'export async function e() {}',
    'export function f() {}',
  ].join('\n')
  expect(commonJsText(module).split('\n')).toEqual([
    "const a = require('a')",
    "const { b, c } = require('./b.js')",
    'const d = exports.d = a(b)',
    'exports.e = e',
    'async function e() {}',
    'exports.f = f',
    'function f() {}',
  ])
})
