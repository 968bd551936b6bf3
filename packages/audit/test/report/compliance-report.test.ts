import { rmSync } from 'node:fs'

import { memorySubjectKeys } from '@ashlar/core/keys'
import { fakeClock } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

import {
  type ComplianceReport,
  complianceReport,
  FRAMEWORKS,
  type FrameworkName,
  reportCsv,
  reportHtml,
} from '../../src/index.ts'
import { newFolder, openTrail, sampleEvent } from '../trail/sample-trail.ts'

let folder: string
beforeAll(async () => {
  folder = newFolder()
  const clock = fakeClock(Date.UTC(2026, 0, 1))
  const trail = await openTrail(folder, { clock })
  for (let day = 0; day < 300; day++) {
    if (day !== 100) await trail.record(sampleEvent(day))
    if (day % 50 === 0) await trail.record({ name: 'authn_login_fail', outcome: 'refused' })
    clock.advance(86_400_000)
  }
  await trail.record({ name: 'config_changed', outcome: 'failure', details: { by: '<script>alert(1)</script>' } })
  await trail.close()
})
afterAll(() => rmSync(folder, { recursive: true }))

const control = (report: ComplianceReport, id: string) => report.controls.find((candidate) => candidate.id === id)!

test('counts, days, samples and gaps of a control', async () => {
  const report = await complianceReport(folder, { framework: 'pci' })
  expect(report).toMatchObject({ from: '2026-01-01', to: '2026-10-28', records: 306 })
  expect(report.days).toHaveLength(301)
  const access = control(report, '10.2.1.1')
  expect(access).toMatchObject({ count: 299, outcomes: { success: 299 }, events: { sensitive_read: 299 } })
  expect(access.samples).toEqual(['writer-1#1', 'writer-1#3', 'writer-1#4', 'writer-1#5', 'writer-1#6'])
  expect(access.gaps).toEqual(['no evidence on 2026-04-11', 'no evidence on 2026-10-28'])
  expect(control(report, '10.2.1.4')).toMatchObject({ count: 6, outcomes: { refused: 6 }, gaps: [] })
  expect(control(report, '3.6.1')).toMatchObject({ count: 0, gaps: ['no evidence in this period'] })
})

test('only records of the days asked for, and only outcomes that count', async () => {
  const report = await complianceReport(folder, { framework: 'gdpr', from: '2026-02-20', to: '2026-02-21' })
  expect(report).toMatchObject({ records: 3, days: ['2026-02-20', '2026-02-21'] })
  expect(control(report, 'Art. 33')).toMatchObject({ count: 1, days: [1, 0] })
})

test('a trail without records has gaps only', async () => {
  const empty = newFolder()
  const report = await complianceReport(empty, { framework: 'soc2' })
  expect(report.records).toBe(0)
  expect(report.gaps).toBe(report.controls.length)
  expect(reportHtml(report)).toContain('0 records')
  rmSync(empty, { recursive: true })
})

test.each(['yesterday', '2026-13-01', '2026-1-1'])('%s is no date', async (from) => {
  await expect(complianceReport(folder, { framework: 'pci', from })).rejects.toMatchObject({
    code: 'ERR_OPTION_INVALID',
  })
})

test.each([
  [{}, 'ERR_OPTION_MISSING'],
  [{ framework: 'iso' }, 'ERR_OPTION_INVALID'],
  [{ framework: 'toString' }, 'ERR_OPTION_INVALID'],
  [{ framework: 'pci', from: '2026-02-01', to: '2026-01-01' }, 'ERR_OPTION_INVALID'],
  [{ framework: 'pci', form: '2026-01-01' }, 'ERR_OPTION_UNKNOWN'],
])('wrong options are refused: %j', async (options, code) => {
  await expect(complianceReport(folder, options as never)).rejects.toMatchObject({ code })
})

test('an operation that was announced counts under its own name once it has ended, also where details are sealed', async () => {
  for (const subjects of [undefined, memorySubjectKeys()]) {
    const own = newFolder()
    const trail = await openTrail(own, subjects && { subjects })
    const intent = await trail.intend({ ...sampleEvent(1), flags: ['pci'] })
    await trail.intend(sampleEvent(2))
    await intent.complete({ ...sampleEvent(1), outcome: 'failure' })
    await trail.close()
    const report = await complianceReport(own, { framework: 'pci' })
    expect(control(report, '10.2.1.1')).toMatchObject({
      count: 1,
      events: { sensitive_read: 1 },
      outcomes: { failure: 1 },
    })
    rmSync(own, { recursive: true })
  }
})

describe.each(Object.keys(FRAMEWORKS) as FrameworkName[])('%s', (framework) => {
  test('as HTML: complete in itself, each control there, at most 120 bars a chart', async () => {
    const report = await complianceReport(folder, { framework })
    const html = reportHtml(report)
    expect(html).not.toMatch(/<script|https?:|\bsrc=|\bon\w+=/)
    for (const { id } of report.controls) expect(html).toContain(id.replace('&', '&amp;'))
    for (const chart of html.split('<svg').slice(1)) expect(chart.match(/<rect/g)!.length).toBeLessThanOrEqual(120)
  })

  test('as CSV: one row a control', async () => {
    const rows = reportCsv(await complianceReport(folder, { framework }))
      .trimEnd()
      .split('\r\n')
    expect(rows).toHaveLength(FRAMEWORKS[framework].controls.length + 1)
  })
})

test('a cell that a spreadsheet would compute is made text, quotes are doubled', () => {
  const report: ComplianceReport = {
    framework: 'x',
    from: '2026-01-01',
    to: '2026-01-01',
    days: ['2026-01-01'],
    records: 0,
    gaps: 0,
    controls: [
      {
        id: '=HYPERLINK("x")',
        title: 'a "b", c',
        names: [],
        count: 0,
        outcomes: {},
        events: {},
        days: [0],
        first: undefined,
        last: undefined,
        samples: [],
        gaps: [],
      },
    ],
  }
  expect(reportCsv(report).split('\r\n')[1]).toBe(`"'=HYPERLINK(""x"")","a ""b"", c",0,0,0,,,`)
  expect(reportHtml(report)).toContain('=HYPERLINK(&quot;x&quot;)')
})
