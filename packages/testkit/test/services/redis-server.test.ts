import { describe, expect, jest, test } from '@jest/globals'

import { redisServer, withService } from '../../src/index.ts'
import { ask } from './ask.ts'

jest.setTimeout(60_000)

withService('redis', describe)('redisServer', () => {
  test('starts, loses its data when killed, starts again on its port, and stops', async () => {
    const server = await redisServer()
    expect(await ask(server.port, 'SET colour blue\r\n')).toBe('+OK\r\n')
    await server.kill()
    await expect(ask(server.port, 'PING\r\n')).rejects.toThrow('ECONNREFUSED')
    await server.restart()
    expect(await ask(server.port, 'GET colour\r\n')).toBe('$-1\r\n')
    await server.stop()
    await expect(ask(server.port, 'PING\r\n')).rejects.toThrow('ECONNREFUSED')
  })

  test('keeps what it acknowledged when it is durable', async () => {
    const server = await redisServer({ durable: true })
    await ask(server.port, 'SET colour blue\r\n')
    await server.kill()
    await server.restart()
    expect(await ask(server.port, 'GET colour\r\n')).toBe('$4\r\nblue\r\n')
    await server.stop()
  })

  test('a server that cannot start is reported with what it said', async () => {
    await expect(redisServer({ args: ['--no-such-option', 'x'] })).rejects.toThrow(/no-such-option/)
  })
})
