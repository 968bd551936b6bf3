import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { type TestResponse, testServer } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'
import evaluator from 'csp_evaluator'
import parser from 'csp_evaluator/dist/parser.js'

import { cspNonce, httpsOnly, securityHeaders } from '../src/index.ts'
import { FRAMEWORKS } from './apps.ts'

const make = FRAMEWORKS['Express 5']!
const guards = [httpsOnly(), securityHeaders()]
const pages = {
  '/': () => '<h1>Hello</h1>',
  '/nonce': (raw: Parameters<typeof cspNonce.of>[0]) => `<script nonce="${cspNonce.of(raw)}"></script>`,
}

async function visit(target: string, headers: Record<string, string>): Promise<TestResponse> {
  const server = await testServer(make({ guards, pages, trustedProxies: ['loopback'] }))
  try {
    return await server.call(target, { headers: { host: 'app.example.com', ...headers } })
  } finally {
    await server.close()
  }
}

const overTls = { 'x-forwarded-proto': 'https' }

test.each(['/', '/nonce'])('csp_evaluator finds nothing in the web profile: %s', async (target) => {
  const { headers } = await visit(target, overTls)
  const parsed = new parser.CspParser(String(headers['content-security-policy'])).csp
  expect(new evaluator.CspEvaluator(parsed).evaluate()).toEqual([])
})

test('csp_evaluator does find what it should', () => {
  const parsed = new parser.CspParser("script-src 'unsafe-inline' *").csp
  expect(new evaluator.CspEvaluator(parsed).evaluate()).not.toEqual([])
})

interface Grade {
  readonly grade: string
  readonly score: number
  readonly tests: number
  readonly failed: readonly string[]
}

function grade(answers: object): Promise<Grade> {
  const script = fileURLToPath(new URL('./fixtures/observatory.js', import.meta.url))
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, [script], (error, output) =>
      error ? reject(error) : resolve(JSON.parse(output)),
    )
    child.stdin!.end(JSON.stringify(answers))
  })
}

test.each(['/', '/nonce'])("Mozilla's HTTP observatory gives the web profile an A+: %s", async (target) => {
  const answers = { target, plain: await visit(target, {}), secure: await visit(target, overTls) }
  expect(await grade(answers)).toMatchObject({ grade: 'A+', tests: 10, failed: [] })
  const weak = { ...answers.secure, headers: { 'content-type': 'text/html' } }
  expect((await grade({ ...answers, secure: weak })).grade).toBe('D')
})
