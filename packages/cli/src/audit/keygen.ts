import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'

import { checkpointSigner } from '@ashlar/audit'

import { type Command, parse } from '../command.ts'

export const keygen: Command = {
  usage: 'NAME --out FILE',
  about: 'Make a key that signs checkpoints. The private key goes to FILE, the verifier key to standard output.',
  async run(args, { stdout }) {
    const { positionals, need } = parse(args, { arguments: 1, values: ['out'] })
    const { privateKey } = generateKeyPairSync('ed25519')
    const { verifierKey } = checkpointSigner(positionals[0]!, privateKey)
    // `wx`: a key that is in use is never overwritten.
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
    await writeFile(need('out'), pem, { mode: 0o600, flag: 'wx' })
    stdout.write(`${verifierKey}\n`)
    return 0
  },
}
