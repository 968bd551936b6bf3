import { describe, expect, test } from '@jest/globals'

import { clearSiteData } from '../src/index.ts'
import { APPS, withPages } from './apps.ts'
import { refusalOf, type Wrong } from './refusal.ts'

describe.each(APPS)('in $name', ({ serve }) => {
  test('on a success, not on an error', async () => {
    await withPages(serve, { guards: [clearSiteData()], pages: { '/': () => 'ok' } }, async (server) => {
      expect((await server.call('/')).headers['clear-site-data']).toBe('"cache", "cookies", "storage"')
      expect((await server.call('/throws')).headers).not.toHaveProperty('clear-site-data')
    })
  })
})

test.each<[name: string, data: Wrong]>([
  ['data that does not exist', ['everything']],
  ['a text', 'cookies'],
  ['nothing', []],
  ['null', null],
  ['the same twice', ['cache', 'cache']],
])('refused at construction: %s', (_, data) => {
  expect(refusalOf(() => clearSiteData(data))).toMatch(/^ERR_OPTION_INVALID clearSiteData\(\): "data/)
})
