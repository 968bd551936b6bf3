import { expect, test } from '@jest/globals'

import { ashlar, sampleTrail } from './sample-trail.ts'

const sample = sampleTrail()

test('JSON: evidence and gaps of each control', async () => {
  const { code, out } = await ashlar('report', sample.folder, '--framework', 'gdpr', '--format', 'json')
  expect(code).toBe(0)
  const report = JSON.parse(out)
  expect(report).toMatchObject({ framework: 'GDPR', from: '2026-01-05', to: '2026-01-07', records: 6 })
  const control = (id: string) => report.controls.find((candidate: { id: string }) => candidate.id === id)
  expect(control('Art. 7')).toMatchObject({ count: 1, days: [1, 0, 0], samples: ['writer-1#4'], gaps: [] })
  expect(control('Art. 30')).toMatchObject({ count: 2, days: [1, 0, 1], outcomes: { success: 2 } })
  expect(control('Art. 17')).toMatchObject({ count: 0, gaps: ['no evidence in this period'] })
})

test('a control that asks for evidence each day names the days without', async () => {
  const { out } = await ashlar('report', sample.folder, '--framework', 'pci', '--format', 'json')
  const access = JSON.parse(out).controls.find(({ id }: { id: string }) => id === '10.2.1.1')
  expect(access.gaps).toEqual(['no evidence on 2026-01-06'])
})

test('only the days asked for', async () => {
  const args = ['report', sample.folder, '--framework', 'soc2', '--from', '2026-01-07', '--to', '2026-01-08']
  const report = JSON.parse((await ashlar(...args, '--format', 'json')).out)
  expect(report).toMatchObject({ records: 2, days: ['2026-01-07', '2026-01-08'] })
})

test('HTML that needs nothing else, with a chart for each control that has evidence', async () => {
  const { out } = await ashlar('report', sample.folder, '--framework', 'owasp')
  expect(out).toMatch(/^<!doctype html>/)
  expect(out).not.toMatch(/<script|https?:|src=/)
  expect(out.match(/<svg/g)!.length).toBe(out.match(/records, 2026/g)!.length)
  expect(out).toContain('@media print')
})

test('CSV with one row a control', async () => {
  const { out } = await ashlar('report', sample.folder, '--framework', 'pci', '--format', 'csv')
  const rows = out.trim().split('\r\n')
  expect(rows[0]).toBe('control,title,records,succeeded,failed or refused,first,last,gaps')
  expect(rows.find((row) => row.startsWith('10.2.1.4'))).toContain(',1,0,1,')
})

test.each([
  [['--framework', 'iso'], 2],
  [['--framework', 'pci', '--format', 'pdf'], 2],
  [['--framework', 'pci', '--from', 'yesterday'], 1],
  [[], 2],
])('wrong options %j', async (args, code) => {
  expect((await ashlar('report', sample.folder, ...args)).code).toBe(code)
})
