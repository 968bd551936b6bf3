import { expect, test } from '@jest/globals'

import { hasTwoHosts } from '../../src/request/hosts.ts'

test('a Host field is sent once', () => {
  expect(hasTwoHosts(['Host', 'a', 'X-Host', 'b', 'Accept', 'host'])).toBe(false)
  expect(hasTwoHosts([])).toBe(false)
  expect(hasTwoHosts(undefined)).toBe(false)
  expect(hasTwoHosts(['Host', 'a', 'Accept', '*/*', 'HOST', 'a'])).toBe(true)
  expect(hasTwoHosts(['host', 'a', 'host', 'b'])).toBe(true)
})
