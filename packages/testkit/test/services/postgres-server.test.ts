import { describe, expect, jest, test } from '@jest/globals'

import { postgresServer, withService } from '../../src/index.ts'
import { ask } from './ask.ts'

jest.setTimeout(60_000)

withService('postgres', describe)('postgresServer', () => {
  test('starts as somebody other than root, survives a crash, and leaves nothing behind', async () => {
    const server = await postgresServer()
    expect(server.url).toBe(`postgres://postgres@127.0.0.1:${server.port}/postgres`)
    await server.kill()
    await server.restart()
    await server.stop()
    await expect(ask(server.port, 'x')).rejects.toThrow('ECONNREFUSED')
  })
})
