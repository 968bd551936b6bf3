import { afterEach, describe, expect, test } from '@jest/globals'

import { withService } from '../../src/index.ts'

describe('withService on a machine without the server', () => {
  const path = process.env['PATH']
  const required = process.env['ASHLAR_REQUIRE_SERVICES']
  afterEach(() => {
    process.env['PATH'] = path
    if (required === undefined) delete process.env['ASHLAR_REQUIRE_SERVICES']
    else process.env['ASHLAR_REQUIRE_SERVICES'] = required
  })

  test('skips and says how to install it', () => {
    process.env['PATH'] = '/nowhere'
    delete process.env['ASHLAR_REQUIRE_SERVICES']
    const skipped: string[] = []
    const runner = Object.assign(() => expect(false).toBe(true), { skip: (title: string) => skipped.push(title) })
    withService('redis', runner as never)('a store', () => {})
    expect(skipped).toEqual(['a store [skipped: Redis: no redis-server on this machine; apt-get install redis-server]'])
  })

  test('fails where services are required', () => {
    process.env['PATH'] = '/nowhere'
    process.env['ASHLAR_REQUIRE_SERVICES'] = '1'
    expect(() => withService('redis', describe)).toThrow('apt-get install redis-server')
  })
})
