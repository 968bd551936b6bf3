import { readFile } from 'node:fs/promises'

import { checkpointVerifier, type LogReport, splitNotes, verifyTrail } from '@ashlar/audit'

import { type Command, parse, UsageError } from '../command.ts'

const SHOWN = 20

export const verify: Command = {
  usage: 'FOLDER --key VERIFIER_KEY|--unsigned [--witness FILE] [--json]',
  about: 'Check every record and checkpoint, and name what was done to the trail. Exit code 1 when anything was.',
  async run(args, { stdout }) {
    const { positionals, values, flags } = parse(args, 1, ['key', 'witness'], ['json', 'unsigned'])
    if ((values.key === undefined) === !flags.unsigned) {
      throw new UsageError('Give the verifier key with --key, or say --unsigned to check the chain only.')
    }
    const report = await verifyTrail(positionals[0]!, {
      verifiers: values.key === undefined ? [] : [checkpointVerifier(values.key)],
      witnessed: values.witness === undefined ? [] : splitNotes(await readFile(values.witness, 'utf8')),
    })
    if (flags.json) stdout.write(`${JSON.stringify(report, null, 2)}\n`)
    else {
      for (const log of report.logs) stdout.write(describe(log))
      for (const origin of report.missing) stdout.write(`${origin}: MISSING; a witness has seen this log\n`)
      if (report.logs.length === 0 && report.missing.length === 0) stdout.write('There is no log in this folder.\n')
    }
    return report.ok && report.logs.length > 0 ? 0 : 1
  },
}

function describe({ place, origin, records, first, signedSize, findings, notes, root }: LogReport): string {
  const lines = [
    `${origin ?? place}: ${findings.length === 0 ? 'ok' : 'CHANGED'}`,
    `  ${records} records from ${first}, signed up to ${signedSize}, root ${root}`,
    ...findings.slice(0, SHOWN).map(({ kind, seq, through, detail }) => {
      return `  ${kind} ${seq}${through === undefined ? '' : ` to ${through}`}: ${detail}`
    }),
    ...(findings.length > SHOWN ? [`  and ${findings.length - SHOWN} findings more`] : []),
    ...notes.map((note) => `  note: ${note}`),
  ]
  return `${lines.join('\n')}\n`
}
