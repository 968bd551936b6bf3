import { readFile } from 'node:fs/promises'

import { backupTrail, checkpointVerifier, restoreTrail, verifyTrail } from '@ashlar/audit'

import { type Command, parse, UsageError } from '../command.ts'
import { trailFolder } from './trail-folder.ts'

export const backup: Command = {
  usage: 'FOLDER --out FILE --passphrase-file FILE',
  about: 'Write an encrypted copy of the trail, also while it is in use.',
  async run(args, { stdout }) {
    const { positionals, need } = parse(args, { arguments: 1, values: ['out', 'passphrase-file'] })
    await backupTrail(await trailFolder(positionals[0]!), need('out'), await passphraseFrom(need('passphrase-file')))
    stdout.write(`${need('out')}\n`)
    return 0
  },
}

export const restore: Command = {
  usage: 'FILE --out FOLDER --passphrase-file FILE --key VERIFIER_KEY …',
  about: 'Restore a copy to a new folder and verify it.',
  async run(args, { stdout, stderr }) {
    const { positionals, lists, need } = parse(args, {
      arguments: 1,
      values: ['out', 'passphrase-file'],
      lists: ['key'],
    })
    if (lists.key.length === 0) throw new UsageError('--key is required.')
    const verifiers = lists.key.map(checkpointVerifier)
    await restoreTrail(positionals[0]!, need('out'), await passphraseFrom(need('passphrase-file')))
    const { ok, logs } = await verifyTrail(need('out'), { verifiers })
    stdout.write(`${logs.reduce((sum, { records }) => sum + records, 0)} records restored to ${need('out')}\n`)
    if (!ok) stderr.write('The restored trail does not verify. Run "ashlar audit verify".\n')
    return ok ? 0 : 1
  },
}

async function passphraseFrom(file: string): Promise<string> {
  const passphrase = (await readFile(file, 'utf8')).replace(/\r?\n$/, '')
  if (passphrase.length < 16) throw new UsageError('The passphrase has at least 16 characters.')
  return passphrase
}
