import { having, type OptionReader } from '@ashlar/core/options'

import { type CheckpointSigner, checkpointVerifier } from '../merkle/checkpoint.ts'

const reader = having<CheckpointSigner>(
  ['sign'],
  'checkpointSigner(name, privateKey); "ashlar audit keygen" makes a key',
)

/** What signs checkpoints, with a name and a verifier key that fits. */
export const signerOption: OptionReader<CheckpointSigner> = (value, at) => {
  const signer = reader(value, at)
  if (checkpointVerifier(signer.verifierKey).name === signer.name) return signer
  throw at.invalid('a signer whose verifierKey bears its name')
}
