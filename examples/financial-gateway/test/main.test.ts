import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

import { expect, test } from '@jest/globals'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))

function start(environment: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function outputUntil(child: ChildProcess, end: string): Promise<string> {
  let output = ''
  for await (const chunk of child.stdout!) {
    output += String(chunk)
    if (output.includes(end)) return output
  }
  throw new Error(`It ended early: ${output}`)
}

test.each(['express', 'koa'])('serves in %s and prints tokens that work', async (framework) => {
  const child = start({ FRAMEWORK: framework, PORT: '0' })
  const output = await outputUntil(child, '/api/v1/admin/users')
  const url = /listens on (\S+)/.exec(output)![1]!
  const admin = /^ADMIN=(\S+)$/m.exec(output)![1]!
  const answer = await fetch(`${url}/api/v1/admin/users`, { headers: { authorization: `Bearer ${admin}` } })
  expect(answer.status).toBe(200)
  child.kill('SIGTERM')
  await once(child, 'exit')
})

test('a port that is taken is one clear line', async () => {
  const squatter = createServer().listen(0, '127.0.0.1')
  await once(squatter, 'listening')
  const { port } = squatter.address() as AddressInfo
  const child = start({ PORT: String(port) })
  const [[code], errors] = await Promise.all([once(child, 'exit'), text(child.stderr!)])
  squatter.close()
  expect(code).toBe(1)
  expect(errors).toBe(`Can't listen on 127.0.0.1:${port}: it is taken. Choose another with HOST and PORT.\n`)
})

test('a setting that is wrong is named', async () => {
  const child = start({ PORT: 'lots' })
  const [[code], errors] = await Promise.all([once(child, 'exit'), text(child.stderr!)])
  expect(code).toBe(1)
  expect(errors).toContain('PORT')
})

test('it does not sign tokens in production', async () => {
  const child = start({ ENVIRONMENT: 'production', PORT: '0' })
  const [[code]] = await Promise.all([once(child, 'exit')])
  expect(code).toBe(1)
})
