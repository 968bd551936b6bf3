import { allow } from '@ashlar/core'

import { type AdapterUnderTest, guardThat, type TestRunner, withServer } from './app.ts'

/** Who is calling, and what was really sent. */
export function caller({ describe, test, expect }: TestRunner, adapter: AdapterUnderTest): void {
  const tellAddress = guardThat(({ address }) => allow({}, { headers: { 'X-Address': String(address) } }))
  const routes = [{ path: '/x' }]

  describe('the caller', () => {
    test('is the peer, whatever X-Forwarded-For says, as long as no proxy is trusted', async () => {
      await withServer(adapter, { guards: [tellAddress], routes }, async ({ call }) => {
        const headers = { 'X-Forwarded-For': '203.0.113.9', Forwarded: 'for=203.0.113.9', 'X-Real-IP': '203.0.113.9' }
        expect((await call('/x', { headers })).headers['x-address']).toBe('127.0.0.1')
      })
    })

    test('is the nearest address that is no trusted proxy', async () => {
      const options = { trustedProxies: ['loopback', '10.0.0.0/8'] }
      await withServer(adapter, { guards: [tellAddress], routes, options }, async ({ call }) => {
        const headers = { 'X-Forwarded-For': '198.51.100.1, 203.0.113.9, 10.1.2.3' }
        expect((await call('/x', { headers })).headers['x-address']).toBe('203.0.113.9')
        const ending = { 'X-Forwarded-For': '203.0.113.7,' }
        expect((await call('/x', { headers: ending })).headers['x-address']).toBe('203.0.113.7')
        const twice = { 'X-Forwarded-For': ['198.51.100.1', '203.0.113.10'] }
        expect((await call('/x', { headers: twice })).headers['x-address']).toBe('203.0.113.10')
      })
    })

    test('is found by the framework’s own setting only where that can be believed', async () => {
      await withServer(adapter, { guards: [tellAddress], routes, trustSetting: true }, async ({ call }) => {
        const headers = { 'X-Forwarded-For': '203.0.113.9' }
        const expected = adapter.followsTrustSetting ? '203.0.113.9' : '127.0.0.1'
        expect((await call('/x', { headers })).headers['x-address']).toBe(expected)
      })
    })

    test('sees its well-formed request id again, and an own one for any other', async () => {
      const tellId = guardThat(({ id }) => allow({}, { headers: { 'X-Request-ID': id } }))
      await withServer(adapter, { guards: [tellId], routes: [{ path: '/x', guards: [tellId] }] }, async ({ call }) => {
        const sent = async (value: string | string[]) =>
          (await call('/x', { headers: { 'X-Request-ID': value } })).headers['x-request-id']
        expect(await sent('caller-0001')).toBe('caller-0001')
        for (const bad of [
          'short',
          'with space in it',
          'x'.repeat(129),
          '<script>alert(1)',
          ['caller-0001', 'caller-0002'],
        ]) {
          expect(await sent(bad)).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/)
        }
      })
    })

    test('cannot hide a duplicate header', async () => {
      const tell = guardThat((request) =>
        allow({}, { headers: { 'X-Seen': request.headerValues('authorization').join('|') } }),
      )
      await withServer(adapter, { guards: [tell], routes }, async ({ raw }) => {
        const answer = await raw(
          'GET /x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\r\nAUTHORIZATION: Bearer b\r\nConnection: close\r\n\r\n',
        )
        expect(answer).toMatch(/\r\nx-seen: Bearer a\|Bearer b\r\n/i)
      })
    })

    test('gets in only by the front door, where that is required', async () => {
      const app = { routes: [{ path: '/x', guards: [adapter.requireFrontDoor()] }] }
      await withServer(adapter, app, async ({ call, reported }) => {
        expect((await call('/x')).status).toBe(adapter.frontDoor ? 200 : 500)
        expect(reported).toMatchObject(adapter.frontDoor ? [] : [{ code: 'ERR_FRONT_DOOR_SKIPPED' }])
      })
    })
  })
}
