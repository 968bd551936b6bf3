import { readFile } from 'node:fs/promises'

import { type CheckpointVerifier, checkpointVerifier, type LogReport, splitNotes, verifyTrail } from '@ashlar/audit'

import { type Command, parse, UsageError } from '../command.ts'

const SHOWN = 20

export const verify: Command = {
  usage: 'FOLDER --key VERIFIER_KEY …|--unsigned [--witness FILE] [--json]',
  about:
    'Check every record and checkpoint, and name what was done to the trail. Give all keys that have signed. Exit code 1 when anything was done.',
  async run(args, { stdout }) {
    const { positionals, values, lists, flags } = parse(args, {
      arguments: 1,
      values: ['witness'],
      lists: ['key'],
      flags: ['json', 'unsigned'],
    })
    if ((lists.key.length === 0) === !flags.unsigned) {
      throw new UsageError('Give the verifier key with --key, or say --unsigned to check the chain only.')
    }
    const verifiers = lists.key.map(checkpointVerifier)
    const report = await verifyTrail(positionals[0]!, {
      verifiers,
      witnessed: values.witness === undefined ? [] : await witnessNotes(values.witness, verifiers),
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

/** What a witness kept, all of it: a part that says nothing would be taken for one that found nothing. */
async function witnessNotes(file: string, verifiers: readonly CheckpointVerifier[]): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8')
  const notes = splitNotes(text)
  if (notes.length === 0 || notes.join('') !== text) {
    throw new UsageError(`${file} holds something that is no signed note, or does not end in a line break.`)
  }
  const unknown = notes.filter((note) => verifiers.length > 0 && !verifiers.some((verifier) => verifier.open(note)))
  if (unknown.length > 0)
    throw new UsageError(`${unknown.length} note(s) in ${file} bear no signature of the given key.`)
  return notes
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
