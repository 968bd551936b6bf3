import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { main } from '../../src/index.ts'

const RULES = {
  roles: { viewer: { permissions: ['posts:read'] }, admin: { permissions: ['*:*'] } },
  policies: [
    {
      id: 'own',
      effect: 'allow',
      resource: 'posts',
      action: 'update',
      conditions: { equals: { 'resource.author': { ref: 'user.id' } } },
    },
    {
      id: 'sealed',
      effect: 'deny',
      resource: 'posts',
      action: '*',
      conditions: { equals: { 'resource.sealed': true } },
    },
  ],
}
const open = { author: 'alice', sealed: false }
const TESTS = [
  { principal: { subject: 'alice' }, action: 'posts:update', resource: open, expect: 'allow' },
  { principal: { subject: 'bob' }, action: 'posts:update', resource: open, expect: 'deny' },
]

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ashlar-policy-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

async function policy(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const code = await main(['policy', ...args], {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  })
  return { code, out, err }
}

test('check says that rules are in order, or where they are not', async () => {
  expect(await policy('check', file('rules.json', RULES))).toMatchObject({
    code: 0,
    out: '2 roles and 2 policies are in order.\n',
  })
  const wrong = { ...RULES, policies: [{ ...RULES.policies[0], conditions: { equal: { 'user.id': 'x' } } }] }
  expect(await policy('check', file('wrong.json', wrong))).toMatchObject({
    code: 1,
    err: expect.stringMatching(
      /^ERR_POLICY_INVALID: .*policies\[0\]\.conditions\.equal: there is no operator "equal"\. Did you mean "equals"\?/,
    ),
  })
  const dead = { ...RULES, policies: [...RULES.policies, { id: 'never', effect: 'deny', resource: '*', action: '*' }] }
  expect((await policy('check', file('dead.json', dead))).out).toContain(
    'warning: policies[0]: "own" never allows anything',
  )
  expect(await policy('check', file('text.json', '{'))).toMatchObject({
    code: 2,
    err: expect.stringContaining('is no JSON'),
  })
  expect(await policy('check', join(folder, 'nowhere.json'))).toMatchObject({
    code: 2,
    err: expect.stringContaining('ENOENT'),
  })
})

test('test names decisions that differ, and policies that no test reaches', async () => {
  const rules = file('rules.json', RULES)
  expect(await policy('test', rules, file('tests.json', TESTS))).toEqual({
    code: 0,
    out: 'no test reaches: sealed\n2 of 2 decisions are as expected.\n',
    err: '',
  })
  expect((await policy('test', rules, file('tests.json', TESTS), '--all-reached')).code).toBe(1)
  const more = [
    ...TESTS,
    {
      name: 'sealed stays',
      principal: { roles: ['admin'] },
      action: 'posts:read',
      resource: { sealed: true },
      expect: 'allow',
    },
  ]
  const failed = await policy('test', rules, file('tests.json', more))
  expect(failed.code).toBe(1)
  expect(failed.out).toContain('failed: sealed stays: expected allow, but posts:read is denied by the policy "sealed"')
  expect(await policy('test', rules, file('tests.json', {}))).toMatchObject({ code: 2 })
})

test('sql prints the migration', async () => {
  const { code, out } = await policy(
    'sql',
    file('rules.json', RULES),
    file('tables.json', [{ table: 'app.posts', resource: 'posts' }]),
  )
  expect(code).toBe(0)
  expect(out).toMatch(/^BEGIN;\n[\s\S]*COMMIT;\n$/)
  expect(out).toContain('ALTER TABLE "app"."posts" FORCE ROW LEVEL SECURITY')
  expect(out).toContain('CREATE POLICY "ashlar update allow own" ON "app"."posts" AS PERMISSIVE FOR UPDATE')
  expect(out).toContain('CREATE POLICY "ashlar delete deny sealed" ON "app"."posts" AS RESTRICTIVE FOR DELETE')
})

test('review reports as text and as data', async () => {
  const args = ['review', file('rules.json', RULES), file('holders.json', [{ subject: 'vera', roles: ['viewer'] }])]
  expect((await policy(...args)).out).toContain('| vera | viewer | posts:read | viewer |')
  const used = file('used.json', [{ permission: 'posts:read', count: 1, lastUsed: 0, subjects: ['vera'] }])
  expect(JSON.parse((await policy(...args, '--used', used, '--json')).out)).toMatchObject({ unused: ['posts:update'] })
})

test('an unknown command says which there are', async () => {
  expect(await policy('guess')).toMatchObject({
    code: 2,
    err: expect.stringContaining('ashlar policy check RULES.json'),
  })
})
