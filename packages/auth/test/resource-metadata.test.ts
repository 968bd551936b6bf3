import { testIssuer } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'

import { authenticate, bearer, resourceMetadata, resourceMetadataUrl } from '../src/index.ts'
import { apps } from './support/apps.ts'

const issuer = testIssuer()
const resource = 'https://api.example/orders'

test.each(apps)('the metadata are where the challenge says ($framework)', async ({ serve }) => {
  const server = await serve(
    resourceMetadata({
      resource,
      authorizationServers: [issuer.issuer],
      scopes: ['orders:read'],
      more: { resource_name: 'Orders' },
    }),
    authenticate(
      [bearer({ issuer: issuer.issuer, audience: issuer.audience, algorithms: ['ES256'], keys: issuer.jwks })],
      { resourceMetadata: resourceMetadataUrl(resource) },
    ),
  )
  const refused = await server.call('/orders')
  expect(refused.headers['www-authenticate']).toBe(
    'Bearer realm="api", resource_metadata="https://api.example/.well-known/oauth-protected-resource/orders"',
  )
  const response = await server.call('/.well-known/oauth-protected-resource/orders')
  expect(response.status).toBe(200)
  expect(response.headers['content-type']).toMatch(/^application\/json/)
  expect(response.json()).toEqual({
    resource,
    authorization_servers: [issuer.issuer],
    scopes_supported: ['orders:read'],
    bearer_methods_supported: ['header'],
    resource_name: 'Orders',
  })
  for (const path of ['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/other'])
    expect((await server.call(path)).status).toBe(401)
  await server.close()
})

test.each([
  ['no servers', { resource, authorizationServers: [] }, 'ERR_OPTION_INVALID'],
  ['a resource with a query', { resource: `${resource}?a=1`, authorizationServers: ['x'] }, 'ERR_OPTION_INVALID'],
  ['a resource over http', { resource: 'http://api.example', authorizationServers: ['x'] }, 'ERR_OPTION_UNSAFE'],
])('%s is refused at construction', (_, options, code) => {
  expect(() => resourceMetadata(options)).toThrow(expect.objectContaining({ code }))
})
