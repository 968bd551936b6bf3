import { request as httpRequest } from 'node:http'

import { ALLOW, deny, type Guard, problem } from '@ashlar/core'
import { testServer } from '@ashlar/testkit'
import { describe, expect, jest, test } from '@jest/globals'

import { adapter, frontDoor, protect } from '../src/index.ts'

const pass: Guard = { name: 'pass', layer: 'custom', reads: 'head', check: () => ALLOW }

/** Rejects, and is no promise. */
const thenable = {
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tried here
  then: (_: unknown, reject: (error: unknown) => void) => reject(new Error('then')),
}

describe('frontDoor()', () => {
  test('answers for a listener that throws or rejects, and tells the operator', async () => {
    const reported: unknown[] = []
    const { frontDoor } = adapter({ onError: (error) => reported.push(error) })
    const listener = ({ url }: { url?: string | undefined }): unknown => {
      if (url === '/rejects') return Promise.reject(new Error('rejected'))
      if (url === '/thenable') return thenable
      throw new Error('thrown')
    }
    const server = await testServer(frontDoor(listener, pass))
    try {
      for (const path of ['/throws', '/rejects', '/thenable']) {
        const answer = await server.call(path)
        expect(answer.status).toBe(500)
        expect(answer.json()).toMatchObject({ code: 'internal-error' })
      }
      expect(reported.map((error) => (error as Error).message)).toEqual(['thrown', 'rejected', 'then'])
    } finally {
      await server.close()
    }
  })

  test('cuts off an answer that had begun when its listener failed', async () => {
    const { frontDoor } = adapter({ onError: () => undefined })
    const server = await testServer(
      frontDoor((_request, response) => {
        response.writeHead(200)
        response.write('half')
        throw new Error('too late')
      }, pass),
    )
    try {
      const ended = new Promise((resolve) => {
        const request = httpRequest({ port: server.port, host: '127.0.0.1', agent: false }, (response) => {
          response.on('error', resolve).on('end', resolve).resume()
        })
        request.on('error', resolve).end()
      })
      expect(await ended).toMatchObject({ code: 'ECONNRESET' })
    } finally {
      await server.close()
    }
  })

  test('tells errors on standard error unless told otherwise', async () => {
    const error = jest.spyOn(console, 'error').mockImplementation(() => undefined)
    const server = await testServer(
      frontDoor(() => {
        throw new Error('thrown')
      }),
    )
    try {
      expect((await server.call('/')).status).toBe(500)
      expect(error).toHaveBeenCalledWith(expect.objectContaining({ message: 'thrown' }))
    } finally {
      error.mockRestore()
      await server.close()
    }
  })

  test('asks only an Express app for its settings', async () => {
    let asked = 0
    const router = Object.assign((_: unknown, response: { end(): void }) => response.end(), {
      get: () => {
        asked++
      },
    })
    const check: Guard['check'] = ({ address }) => (address === '127.0.0.1' ? ALLOW : deny(problem('not-permitted')))
    const server = await testServer(frontDoor(router, { ...pass, check }))
    try {
      expect((await server.call('/')).status).toBe(200)
      expect(asked).toBe(0)
    } finally {
      await server.close()
    }
  })
})

test('protect() with the default settings', async () => {
  const guarded = protect({ ...pass, check: async () => ALLOW })
  const server = await testServer((request, response) => guarded(request, response, () => response.end('served')))
  try {
    expect((await server.call('/')).text).toBe('served')
  } finally {
    await server.close()
  }
})
