import { once } from 'node:events'
import { createServer, request as httpsRequest, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { AnyGuard } from '@ashlar/core'
import { protect as protectExpress } from '@ashlar/express'
import { protect as protectKoa } from '@ashlar/koa'
import { fakeClock, testIssuer, testRequest } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import express from 'express'
import Koa from 'koa'

import {
  authenticate,
  bearer,
  certificateBinding,
  certificateFromProxy,
  certificateOfConnection,
  mutualTls,
} from '../../src/index.ts'
import { apps } from '../support/apps.ts'
import { type SelfSigned, selfSigned } from '../support/self-signed.ts'

const issuer = testIssuer()
const [server, trusted, stranger] = ['localhost', 'shop', 'stranger'].map((name) => selfSigned(name)) as [
  SelfSigned,
  SelfSigned,
  SelfSigned,
]
const nameOf = (subject: string) => /CN=(.*)/.exec(subject)![1]!
const identify = ({ subject }: { subject: string }) =>
  nameOf(subject) === 'nobody' ? undefined : { subject: nameOf(subject), roles: ['machine'] }

const guard = authenticate([
  bearer({
    issuer: issuer.issuer,
    audience: issuer.audience,
    algorithms: ['ES256'],
    keys: issuer.jwks,
    proofs: [certificateBinding(certificateOfConnection())],
  }),
  mutualTls({ certificate: certificateOfConnection(), identify }),
])

const listeners = {
  Express() {
    const app = express()
    app.use(protectExpress(guard))
    app.use((request, response) => void response.json({ subject: request.principal!.subject }))
    return app
  },
  Koa() {
    const app = new Koa()
    app.use(protectKoa(guard))
    app.use((context) => {
      context.body = { subject: (context.state as { principal: { subject: string } }).principal.subject }
    })
    return app.callback()
  },
}

describe.each(Object.entries(listeners))('over TLS, %s', (_, listener) => {
  let https: Server
  beforeAll(async () => {
    const tls = { cert: server.pem, key: server.key.export({ format: 'pem', type: 'pkcs8' }), ca: [trusted.pem] }
    https = createServer({ ...tls, requestCert: true, rejectUnauthorized: false }, listener() as never)
    https.listen(0, '127.0.0.1')
    await once(https, 'listening')
  })
  afterAll(() => {
    https.closeAllConnections()
    https.close()
  })

  async function call(holder: SelfSigned | undefined, token?: string) {
    const { port } = https.address() as AddressInfo
    const own = holder && { cert: holder.pem, key: holder.key.export({ format: 'pem', type: 'pkcs8' }) }
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const request = httpsRequest({
      host: '127.0.0.1',
      port,
      ca: server.pem,
      checkServerIdentity: () => undefined,
      ...own,
      headers,
      agent: false,
    })
    request.end()
    const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage]
    let text = ''
    for await (const chunk of response) text += String(chunk)
    return { status: response.statusCode, body: JSON.parse(text) as { subject?: string; code?: string } }
  }

  test('a trusted certificate lets in, a stranger’s does not, none is nobody', async () => {
    expect(await call(trusted)).toMatchObject({ status: 200, body: { subject: 'shop' } })
    expect(await call(stranger)).toMatchObject({ status: 401, body: { code: 'invalid-credentials' } })
    expect(await call(undefined)).toMatchObject({ status: 401, body: { code: 'credentials-required' } })
  })

  test('a bound token is good with its certificate only, be it trusted or not', async () => {
    const token = issuer.token({ cnf: { 'x5t#S256': stranger.thumbprint } })
    expect(await call(stranger, token)).toMatchObject({ status: 200, body: { subject: 'user-1' } })
    expect((await call(trusted, token)).status).toBe(401)
    expect((await call(undefined, token)).status).toBe(401)
  })

  test('a token wins over the certificate', async () => {
    expect(await call(trusted, issuer.token())).toMatchObject({ status: 200, body: { subject: 'user-1' } })
    expect((await call(trusted, 'x.y.z')).status).toBe(401)
  })
})

const escaped = (holder: SelfSigned) => encodeURIComponent(holder.pem)
const proxied = certificateFromProxy({
  header: 'X-Client-Cert',
  trustedProxies: ['loopback'],
  verified: { header: 'X-Client-Verify', value: 'SUCCESS' },
})

test.each(apps)('behind a named proxy its header counts ($framework)', async ({ serve }) => {
  const app = await serve(authenticate([mutualTls({ certificate: proxied, identify })]) as AnyGuard)
  const call = (headers: Record<string, string>) => app.call('/', { headers })
  const verified = { 'x-client-verify': 'SUCCESS' }
  expect((await call({ 'x-client-cert': escaped(trusted), ...verified })).json().subject).toBe('shop')
  const binary = `:${trusted.certificate.raw.toString('base64')}:`
  expect((await call({ 'x-client-cert': binary, ...verified })).json().subject).toBe('shop')
  for (const headers of [
    { 'x-client-cert': escaped(trusted) },
    { 'x-client-cert': escaped(trusted), 'x-client-verify': 'FAILED:self signed' },
    { 'x-client-cert': escaped(trusted), 'x-client-verify': 'success' },
    { 'x-client-cert': 'no certificate', ...verified },
    { 'x-client-cert': '%', ...verified },
    { 'x-client-cert': '', ...verified },
  ])
    expect((await call(headers)).status).toBe(401)
  await app.close()
})

test('from anybody else, or sent twice, it counts for nothing', () => {
  const cert: [string, string] = ['X-Client-Cert', escaped(trusted)]
  expect(proxied.read(testRequest({ headers: [cert], address: '127.0.0.1' }))?.thumbprint).toBe(trusted.thumbprint)
  expect(proxied.read(testRequest({ headers: [cert], address: '::ffff:127.0.0.1' }))?.thumbprint).toBe(
    trusted.thumbprint,
  )
  expect(proxied.read(testRequest({ headers: [cert], address: '192.0.2.1' }))).toBeUndefined()
  expect(proxied.read(testRequest({ headers: [cert, cert], address: '127.0.0.1' }))).toBeUndefined()
})

test('a certificate ends, and one that speaks for nobody does not let in', () => {
  const clock = fakeClock(Date.now())
  const source = mutualTls({ certificate: proxied, identify, clock })
  const view = (holder: SelfSigned) =>
    testRequest({ headers: { 'X-Client-Cert': escaped(holder), 'X-Client-Verify': 'SUCCESS' }, address: '127.0.0.1' })
  expect(source.verify('', view(trusted))).toMatchObject({
    state: { principal: { kind: 'certificate', subject: 'shop', thumbprint: trusted.thumbprint, roles: ['machine'] } },
  })
  expect(source.verify('', view(selfSigned('nobody')))).toMatchObject({ reason: 'the certificate speaks for nobody' })
  clock.advance(2 * 86_400_000)
  expect(source.verify('', view(trusted))).toMatchObject({ reason: expect.stringContaining('expired') })
  clock.advance(-4 * 86_400_000)
  expect(source.verify('', view(trusted))).toMatchObject({ reason: expect.stringContaining('not valid yet') })
})

test.each([
  ['no reader', () => mutualTls({ identify } as never), 'ERR_OPTION_MISSING'],
  ['nobody who identifies', () => mutualTls({ certificate: proxied } as never), 'ERR_OPTION_MISSING'],
  ['a binding without a reader', () => certificateBinding(undefined as never), 'ERR_OPTION_MISSING'],
  ['no proxies', () => certificateFromProxy({ header: 'x', trustedProxies: [] }), 'ERR_OPTION_INVALID'],
  [
    'everyone as a proxy',
    () => certificateFromProxy({ header: 'x', trustedProxies: ['0.0.0.0/0'] }),
    'ERR_OPTION_UNSAFE',
  ],
])('%s is refused at construction', (_, make, code) => {
  expect(make).toThrow(expect.objectContaining({ code }))
})
