import { expect, test } from '@jest/globals'

import { secureUrl } from '../../src/http.ts'

test.each<[string | URL, string]>([
  ['https://issuer.example/a?b=1', 'https://issuer.example/a?b=1'],
  [new URL('https://issuer.example'), 'https://issuer.example/'],
  ['http://localhost:3000', 'http://localhost:3000/'],
  ['http://127.0.0.1', 'http://127.0.0.1/'],
  ['http://127.9.9.9', 'http://127.9.9.9/'],
  ['http://[::1]:8080/x', 'http://[::1]:8080/x'],
])('%s is safe', (text, href) => {
  expect(secureUrl('some()', 'url', text).href).toBe(href)
})

test.each<[unknown, string]>([
  [undefined, 'ERR_OPTION_MISSING'],
  [null, 'ERR_OPTION_INVALID'],
  [7, 'ERR_OPTION_INVALID'],
  ['', 'ERR_OPTION_INVALID'],
  ['issuer.example', 'ERR_OPTION_INVALID'],
  ['/path', 'ERR_OPTION_INVALID'],
  ['http://issuer.example', 'ERR_OPTION_UNSAFE'],
  ['http://localhost.example', 'ERR_OPTION_UNSAFE'],
  ['http://127.0.0.1.example', 'ERR_OPTION_UNSAFE'],
  ['ftp://127.0.0.1', 'ERR_OPTION_UNSAFE'],
  ['javascript:alert(1)', 'ERR_OPTION_UNSAFE'],
  ['https://ada:planted@issuer.example', 'ERR_OPTION_UNSAFE'],
  ['https://ada@issuer.example', 'ERR_OPTION_UNSAFE'],
])('%s is refused', (text, code) => {
  let thrown: unknown
  try {
    secureUrl('some()', 'url', text as string)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({ name: 'ConfigurationError', code })
  expect((thrown as Error).message).toMatch(/^some\(\): "url"/)
  expect((thrown as Error).message).not.toContain('planted')
})
