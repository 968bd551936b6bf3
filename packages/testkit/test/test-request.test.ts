import { expect, test } from '@jest/globals'

import { testRequest } from '../src/index.ts'

test('a test request is what a guard would see', () => {
  const request = testRequest({
    method: 'POST',
    target: '/orders/7?x=1',
    headers: { 'X-Colour': 'blue', Host: 'shop.example' },
    address: '198.51.100.1',
    secure: true,
    params: { id: '7' },
    body: { total: 3 },
  })
  expect(request).toMatchObject({
    method: 'POST',
    path: '/orders/7',
    query: { x: '1' },
    address: '198.51.100.1',
    secure: true,
    route: '/',
    params: { id: '7' },
    body: { total: 3 },
  })
  expect(request.headers).toEqual({ 'x-colour': 'blue', host: 'shop.example' })
})
