import { testRequest } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'

import { mutualTls } from '../../src/index.ts'
import { selfSigned } from '../support/self-signed.ts'

const { certificate, thumbprint } = selfSigned('shop')
const reader = { read: () => ({ certificate, thumbprint, trusted: true }) }
const verify = (identity: unknown) =>
  mutualTls({ certificate: reader, identify: () => identity as never }).verify(thumbprint, testRequest())

test('whom the certificate speaks for is checked and frozen', () => {
  const roles = ['machine']
  const answer = verify({ subject: 'shop', roles }) as unknown as { state: { principal: { roles: string[] } } }
  roles.push('admin')
  expect(answer.state.principal.roles).toEqual(['machine'])
  for (const nobody of [undefined, null]) expect(verify(nobody)).toMatchObject({ kind: 'fault' })
})

test.each([
  ['a promise', Promise.resolve({ subject: 'shop' })],
  ['a role in place of a list', { subject: 'shop', roles: 'admin' }],
  ['no subject', { roles: ['admin'] }],
  ['a text', 'shop'],
])('an identity that is %s lets nobody in', (_, identity) => {
  expect(() => verify(identity)).toThrow(expect.objectContaining({ name: 'ConfigurationError' }))
})
