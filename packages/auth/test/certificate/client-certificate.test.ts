import { testRequest } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'

import { certificateFromProxy } from '../../src/index.ts'
import { selfSigned } from '../support/self-signed.ts'

test('certificates whose texts end alike are each their own, and parsed once', () => {
  const [one, other] = [selfSigned('one'), selfSigned('other')]
  const { read } = certificateFromProxy({ header: 'x-cert', trustedProxies: ['192.0.2.1'] })
  const from = (pem: string) => read(testRequest({ headers: { 'x-cert': encodeURIComponent(pem) } }))
  const [first, second] = [from(one.pem), from(other.pem)]
  expect([first?.thumbprint, second?.thumbprint]).toEqual([one.thumbprint, other.thumbprint])
  expect(from(one.pem)?.certificate).toBe(first?.certificate)
  expect(from(other.pem)?.certificate).toBe(second?.certificate)
})
