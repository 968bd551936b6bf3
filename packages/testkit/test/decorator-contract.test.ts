import * as node from '@ashlar/node'
import { describe, expect, test } from '@jest/globals'

import { admit, colour, decoratorContract, paint, testServer } from '../src/index.ts'

/** What a decorated controller of the contract does, written out. */
function serve(guarded = true, title = 'orders') {
  const show = guarded ? node.protect(paint, admit) : node.protect(paint)
  const fail = node.protect(admit)
  return testServer((request, response) => {
    if (request.url === '/show') {
      show(request, response, () => response.end(`${title} in ${colour.of(request)}`))
    } else {
      fail(request, response, () => {
        response.statusCode = 410
        response.end()
      })
    }
  })
}

decoratorContract({ describe, test, expect }, () => serve())

test('the contract finds a decorator that asks no guard or loses its this', async () => {
  for (const broken of [() => serve(false), () => serve(true, 'undefined')]) {
    const bodies: (() => Promise<void>)[] = []
    const runner = {
      expect,
      describe: (_: string, body: () => void) => body(),
      test: (_: string, body: () => Promise<void>) => void bodies.push(body),
    }
    decoratorContract(runner, broken)
    await expect(bodies[0]!()).rejects.toThrow()
  }
})
