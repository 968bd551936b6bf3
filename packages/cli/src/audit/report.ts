import { writeFile } from 'node:fs/promises'

import {
  type ComplianceReport,
  complianceReport,
  FRAMEWORKS,
  type FrameworkName,
  reportCsv,
  reportHtml,
} from '@ashlar/audit'

import { type Command, parse, UsageError } from '../command.ts'
import { print } from '../terminal.ts'
import { trailFolder } from './trail-folder.ts'

const FORMATS: Readonly<Record<string, (report: ComplianceReport) => string>> = {
  html: reportHtml,
  csv: reportCsv,
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
}

export const report: Command = {
  usage: 'FOLDER --framework pci|soc2|gdpr|owasp [--from DAY] [--to DAY] [--format html|json|csv] [--out FILE]',
  about: 'What the trail shows of each control: evidence, counts over time, gaps.',
  async run(args, terminal) {
    const { positionals, values, need } = parse(args, {
      arguments: 1,
      values: ['framework', 'from', 'to', 'format', 'out'],
    })
    const framework = need('framework')
    const format = values.format ?? 'html'
    if (!Object.hasOwn(FRAMEWORKS, framework)) {
      throw new UsageError(`--framework is one of ${Object.keys(FRAMEWORKS).join(', ')}.`)
    }
    if (!Object.hasOwn(FORMATS, format)) throw new UsageError('--format is html, json or csv.')
    const made = await complianceReport(await trailFolder(positionals[0]!), {
      framework: framework as FrameworkName,
      ...(values.from !== undefined && { from: values.from }),
      ...(values.to !== undefined && { to: values.to }),
    })
    const text = FORMATS[format]!(made)
    if (values.out === undefined) await print(terminal, text)
    else await writeFile(values.out, text)
    return 0
  },
}
