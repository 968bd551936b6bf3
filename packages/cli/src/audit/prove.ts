import { proveConsistency, proveInclusion } from '@ashlar/audit'

import { type Command, parse, UsageError, wholeNumber } from '../command.ts'

export const prove: Command = {
  usage: 'FOLDER --log writer-N (--seq N [--size N] | --from SIZE [--to SIZE])',
  about: 'Print a proof that a record is in the log, or that the log only grew (RFC 9162).',
  async run(args, { stdout }) {
    const { positionals, values, need } = parse(args, {
      arguments: 1,
      values: ['log', 'seq', 'size', 'from', 'to'],
    })
    const number = (name: 'seq' | 'size' | 'from' | 'to') =>
      values[name] === undefined ? undefined : wholeNumber(name, values[name])
    const [folder, log, seq, from] = [positionals[0]!, need('log'), number('seq'), number('from')]
    if ((seq === undefined) === (from === undefined)) throw new UsageError('Give either --seq or --from.')
    const proof =
      seq === undefined
        ? await proveConsistency(folder, log, from!, number('to'))
        : await proveInclusion(folder, log, seq, number('size'))
    stdout.write(`${JSON.stringify(proof, null, 2)}\n`)
    return 0
  },
}
