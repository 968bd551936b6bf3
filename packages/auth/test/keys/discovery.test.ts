import { type TestServer, testIssuer, testRequest, testServer } from '@ashlar/testkit'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { bearer } from '../../src/index.ts'

let server: TestServer
let pages: Record<string, object>
let asked: string[]
beforeEach(async () => {
  pages = {}
  asked = []
  server = await testServer((request, response) => {
    asked.push(request.url!)
    const page = pages[request.url!]
    response.writeHead(page ? 200 : 404).end(JSON.stringify(page ?? {}))
  })
})
afterEach(() => server.close())

const origin = () => `http://127.0.0.1:${server.port}`

function issuerAt(path: string) {
  const signer = testIssuer({ issuer: `${origin()}${path}` })
  pages['/keys'] = signer.jwks
  const source = bearer({ issuer: signer.issuer, audience: signer.audience, algorithms: ['ES256'] })
  return { signer, verify: () => source.verify(`Bearer ${signer.token()}`, testRequest()) }
}

test.each([
  ['', '/.well-known/openid-configuration'],
  ['/', '/.well-known/openid-configuration'],
  ['/tenant', '/tenant/.well-known/openid-configuration'],
  ['/tenant', '/.well-known/oauth-authorization-server/tenant'],
])('issuer path %j: metadata at %s', async (path, url) => {
  const { signer, verify } = issuerAt(path)
  pages[url] = { issuer: signer.issuer, jwks_uri: `${origin()}/keys` }
  expect(await verify()).toMatchObject({ kind: 'allow' })
  expect(asked).toContain(url)
  expect(verify()).toMatchObject({ kind: 'allow' })
})

test.each([
  ['another issuer', { issuer: 'https://other.example' }],
  ['no JWKS', { jwks_uri: undefined }],
  ['a JWKS over http', { jwks_uri: 'http://keys.example/jwks' }],
  ['a JWKS that is a file', { jwks_uri: 'file:///etc/passwd' }],
])('metadata with %s are an outage', async (_, more) => {
  const { signer, verify } = issuerAt('')
  pages['/.well-known/openid-configuration'] = { issuer: signer.issuer, jwks_uri: `${origin()}/keys`, ...more }
  await expect(verify()).rejects.toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
  expect(asked).not.toContain('/keys')
})

test('no metadata at all are an outage, and what each address answered is its cause', async () => {
  const failure: Error = await Promise.resolve(issuerAt('').verify()).catch((error) => error)
  expect(failure).toMatchObject({ code: 'ERR_DEPENDENCY_UNAVAILABLE' })
  const { errors } = (failure.cause as Error).cause as AggregateError
  expect(errors.map((error: Error) => String(error.cause))).toEqual(
    Array(2).fill(expect.stringContaining('status was 404')),
  )
})
