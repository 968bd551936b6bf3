import type { RequestListener } from 'node:http'
import { request as tlsRequest } from 'node:https'

import { adapter as expressAdapter } from '@ashlar/express'
import { adapter as koaAdapter } from '@ashlar/koa'
import { type NginxServer, nginxServer, type TestServer, testServer, withService } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import express from 'express'
import Koa from 'koa'

import { httpsOnly, securityHeaders } from '../../src/index.ts'

/** What the app trusts; nobody, where it was not told of the proxy. */
type Trust = { readonly trustedProxies?: readonly string[] }

function expressApp(trust: Trust): RequestListener {
  const { protect } = expressAdapter(trust)
  return express()
    .use(protect(securityHeaders(), httpsOnly()))
    .all('/page', (_, res) => {
      res.send('page')
    })
}

function koaApp(trust: Trust): RequestListener {
  const { protect } = koaAdapter(trust)
  return new Koa()
    .use(protect(securityHeaders(), httpsOnly()))
    .use((ctx) => {
      ctx.body = 'page'
    })
    .callback()
}

/** Over TLS, with nginx's certificate checked. */
function callTls(
  { tlsPort, certificate }: NginxServer,
  target: string,
): Promise<{ status: number | undefined; hsts: string | undefined }> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      servername: 'localhost',
      port: tlsPort,
      path: target,
      ca: certificate,
      agent: false,
    }
    const request = tlsRequest({ ...options, headers: { host: 'localhost' } }, (response) => {
      response.resume()
      const { statusCode: status, headers } = response
      response.on('end', () => resolve({ status, hsts: headers['strict-transport-security'] }))
    })
    request.on('error', reject)
    request.end()
  })
}

withService('nginx', describe)('behind nginx', () => {
  describe.each([
    ['Express', expressApp],
    ['Koa', koaApp],
  ])('%s', (_, appWith) => {
    let upstream: TestServer
    let nginx: NginxServer
    const plain = (method: string, headers = {}) =>
      fetch(`http://127.0.0.1:${nginx.port}/page`, { method, headers, redirect: 'manual' })

    beforeAll(async () => {
      upstream = await testServer(appWith({ trustedProxies: ['loopback'] }))
      nginx = await nginxServer({ upstreamPort: upstream.port })
    })

    afterAll(async () => {
      await nginx.stop()
      await upstream.close()
    })

    test('a page over plain HTTP is sent on to HTTPS', async () => {
      const answer = await plain('GET')
      expect(answer.status).toBe(308)
      expect(answer.headers.get('location')).toMatch(/^https:\/\/127\.0\.0\.1\/page$/)
      expect(answer.headers.get('strict-transport-security')).toBeNull()
    })

    test('a change over plain HTTP is refused', async () => {
      expect((await plain('POST')).status).toBe(403)
    })

    test('a client that says it came over TLS is not believed', async () => {
      const answer = await plain('GET', { 'x-forwarded-proto': 'https' })
      expect(answer.status).toBe(308)
    })

    test('over TLS the page comes, with strict transport security', async () => {
      expect(await callTls(nginx, '/page')).toEqual({ status: 200, hsts: 'max-age=31536000; includeSubDomains' })
    })

    test('an app that was not told of the proxy believes nothing it says', async () => {
      const stranger = await testServer(appWith({}))
      const proxy = await nginxServer({ upstreamPort: stranger.port })
      const answer = await callTls(proxy, '/page')
      await proxy.stop()
      await stranger.close()
      expect(answer).toEqual({ status: 308, hsts: undefined })
    })
  })
})
