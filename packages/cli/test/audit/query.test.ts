import { join } from 'node:path'

import { expect, test } from '@jest/globals'

import { ashlar, sampleTrail } from './sample-trail.ts'

const sample = sampleTrail()

test('tail prints the last records, one line each', async () => {
  const { out } = await ashlar('tail', sample.folder, '--lines', '2')
  const lines = out.trim().split('\n')
  expect(lines).toHaveLength(2)
  expect(lines[1]).toMatch(/^2026-01-07T09:00:00\.000Z writer-1#6 config_changed success - - -$/)
})

test.each([
  [
    ['--name', 'sensitive_read'],
    [3, 5],
  ],
  [['--outcome', 'refused'], [2]],
  [['--request', 'abcdefgh-1'], [2]],
  [['--action', 'orders:read'], [3]],
  [
    ['--from', '2026-01-06'],
    [5, 6],
  ],
  [
    ['--to', '2026-01-05'],
    [1, 2, 3, 4],
  ],
  [['--limit', '1'], [1]],
  [['--subject', 'alice'], []],
])('query %j', async (filters, seqs) => {
  const { out } = await ashlar('query', sample.folder, ...filters)
  const found = out.split('\n').filter((line) => line !== '')
  expect(found.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual(seqs)
})

test.each([
  ['ocsf', { class_uid: 3002, metadata: { event_code: 'authn_login_fail' } }],
  ['ecs', { event: { code: 'authn_login_fail', outcome: 'failure' } }],
])('query as %s', async (format, expected) => {
  const { out } = await ashlar('query', sample.folder, '--outcome', 'refused', '--format', format)
  expect(JSON.parse(out)).toMatchObject(expected)
  expect((await ashlar('query', sample.folder, '--format', 'xml')).code).toBe(2)
})

test('query with the key store finds a person and shows what is sealed', async () => {
  const { out } = await ashlar('query', sample.folder, '--subject', 'alice', '--subjects', sample.subjects)
  expect(out.trim().split('\n')).toHaveLength(2)
  expect(out).toContain('"purpose":"news"')
})

test.each([
  ['--from', 'yesterday'],
  ['--to', '1.2.2026'],
  ['--from', '2026-1-5'],
])('%s %s is no time', async (option, text) => {
  expect(await ashlar('query', sample.folder, option, text)).toMatchObject({ code: 2, out: '' })
})

test('a folder without a trail is no trail without records', async () => {
  for (const command of ['query', 'tail']) {
    expect(await ashlar(command, sample.home)).toMatchObject({ code: 2, out: '' })
    expect(await ashlar(command, join(sample.home, 'nowhere'))).toMatchObject({ code: 2, out: '' })
  }
})
