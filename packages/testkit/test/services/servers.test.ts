import { connect } from 'node:net'

import { afterEach, describe, expect, jest, test } from '@jest/globals'

import { postgresServer, redisServer, withService } from '../../src/index.ts'

jest.setTimeout(60_000)

function ask(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.once('data', (data) => {
      resolve(data.toString())
      socket.destroy()
    })
    socket.once('error', reject)
  })
}

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
