import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import type { TestResponse } from '@ashlar/testkit'
import { expect, test } from '@jest/globals'
import evaluator from 'csp_evaluator'
import parser from 'csp_evaluator/dist/parser.js'

import { cspNonce, httpsOnly, securityHeaders } from '../../src/index.ts'
import { pagesApp, serveExpress } from '../apps.ts'

const guards = [httpsOnly(), securityHeaders()]
const pages = {
  '/': () => '<h1>Hello</h1>',
  '/nonce': (raw: Parameters<typeof cspNonce.of>[0]) => `<script nonce="${cspNonce.of(raw)}"></script>`,
}

async function visit(target: string, headers: Record<string, string>): Promise<TestResponse> {
  const server = await serveExpress(pagesApp({ guards, pages, trustedProxies: ['loopback'] }))
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

/** All in one process, since it takes its time to load. */
function grade(answers: readonly object[]): Promise<readonly Grade[]> {
  const script = fileURLToPath(new URL('./fixtures/observatory.js', import.meta.url))
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, [script], (error, output) =>
      error ? reject(error) : resolve(JSON.parse(output)),
    )
    child.stdin!.end(JSON.stringify(answers))
  })
}

test("Mozilla's HTTP observatory gives the web profile an A+", async () => {
  const answersTo = async (target: string) => ({
    target,
    plain: await visit(target, {}),
    secure: await visit(target, overTls),
  })
  const [page, nonce] = [await answersTo('/'), await answersTo('/nonce')]
  const weak = { ...page, secure: { ...page.secure, headers: { 'content-type': 'text/html' } } }
  const best = { grade: 'A+', tests: 10, failed: [] }
  expect(await grade([page, nonce, weak])).toMatchObject([best, best, { grade: 'D' }])
})
