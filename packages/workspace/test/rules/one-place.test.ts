import { describe, expect, test } from '@jest/globals'

import { onePlace } from '../../src/rules/one-place.ts'
import { faults, plantedHouse } from './planted-house.ts'

const NET = "import { BlockList, isIP } from 'node:net'\n"

describe.each([
  ['src/keys/aes-gcm.ts', "createCipheriv('aes-256-gcm', key, nonce)"],
  ['src/keys/aes-gcm.ts', "crypto.createDecipheriv('aes-256-gcm', key, nonce)"],
  ['src/http/cookies.ts', "for (const part of headers.cookie.split(';')) part.trim()"],
  ['src/http/cookies.ts', "request.headers['cookie'].split(/;\\s*/)"],
  ['src/http/cookies.ts', "let end = cookies.indexOf(';', start)"],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template is what is planted
  ['src/http/cookies.ts', 'const cookie = `${name}=${value}; Path=/; Secure; HttpOnly`'],
  ['src/http/cookies.ts', "const end = '; SameSite=Lax'"],
  ['src/http/networks.ts', `${NET}const list = new BlockList()`],
  ['src/http/networks.ts', `${NET}const [address, prefix] = network.split('/')`],
  ['src/http/networks.ts', `${NET}const at = network.lastIndexOf('/')`],
  ['src/http/json-request.ts', 'await fetch(url)'],
  ['src/http/json-request.ts', 'await globalThis.fetch(url, { signal })'],
  ['src/http/json-request.ts', 'const signal = AbortSignal.timeout(timeoutMs)'],
])('%s holds %s', (home, text) => {
  test('and no other file', () => {
    const found = faults(onePlace, plantedHouse({ core: { 'src/elsewhere.ts': text } }))
    expect(found.length).toBe(1)
    expect(found[0]).toContain(`is in packages/core/${home}`)
    expect(faults(onePlace, plantedHouse({ core: { [home]: text } }))).toEqual([])
  })

  test('and no other package', () => {
    expect(faults(onePlace, plantedHouse({ auth: { [home]: text } })).length).toBe(1)
  })
})

test.each([
  "const type = headers['content-type'].split(';')",
  "import { isIP } from 'node:net'\nconst known = isIP(text) !== 0",
  "const parts = path.split('/')",
  'const response = await requestJson(url, { fetch, timeoutMs })',
  "const sts = 'max-age=31536000; includeSubDomains'",
  'const end = AbortSignal.any(signals)',
  "type Cipher = ReturnType<typeof import('node:crypto').createCipheriv>",
])('%s is free', (text) => {
  expect(faults(onePlace, plantedHouse({ core: { 'src/a.ts': text } }))).toEqual([])
})
