import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'

import { ConfigurationError } from '@ashlar/core'

/** The head of a log at one moment: how many records, and the root of their Merkle tree. */
export interface Checkpoint {
  /** Names the log: `trail.example/orders/writer-1`. */
  readonly origin: string
  readonly size: number
  readonly root: Buffer
}

/** Signs checkpoints. */
export interface CheckpointSigner {
  readonly name: string
  /** What a verifier needs, in the C2SP form: `name+keyid+key`. */
  readonly verifierKey: string
  sign(checkpoint: Checkpoint): string
}

/** Checks signed checkpoints of one key. */
export interface CheckpointVerifier {
  readonly name: string
  /** The checkpoint of a signed note, or `undefined` when this key has not signed exactly that. */
  open(note: string): Checkpoint | undefined
}

const ED25519 = 1
const SIGNATURE = /^— [^\s+]+ [A-Za-z0-9+/]+={0,2}$/

/**
 * A signer from an Ed25519 private key: checkpoints as C2SP `tlog-checkpoint`, which are C2SP signed notes.
 * @param name names the key; a host name, by custom. No spaces and no plus sign
 * @param privateKey a key object, or PKCS #8 in PEM
 * @throws ConfigurationError `ERR_OPTION_INVALID`
 * @example const signer = checkpointSigner('trail.example.com', readFileSync('trail.pem', 'utf8'))
 */
export function checkpointSigner(name: string, privateKey: KeyObject | string): CheckpointSigner {
  checkName(name)
  const key = keyFrom(privateKey)
  const publicBytes = rawPublic(createPublicKey(key))
  const keyId = keyIdOf(name, publicBytes)
  const encoded = Buffer.concat([Buffer.from([ED25519]), publicBytes]).toString('base64')
  return {
    name,
    verifierKey: `${name}+${keyId.toString('hex')}+${encoded}`,
    sign(checkpoint) {
      const body = bodyOf(checkpoint)
      const signature = Buffer.concat([keyId, sign(null, Buffer.from(body), key)]).toString('base64')
      return `${body}\n— ${name} ${signature}\n`
    },
  }
}

/**
 * A verifier from a C2SP verifier key, `name+keyid+key`.
 * @throws ConfigurationError `ERR_OPTION_INVALID`
 * @example await verifyTrail(folder, { verifiers: [checkpointVerifier(process.env.TRAIL_KEY)] })
 */
export function checkpointVerifier(verifierKey: string): CheckpointVerifier {
  const [name = '', id = '', ...rest] = typeof verifierKey === 'string' ? verifierKey.trim().split('+') : []
  // The key's base64 may hold plus signs as well.
  const bytes = Buffer.from(rest.join('+'), 'base64')
  if (bytes.length !== 33 || bytes[0] !== ED25519 || keyIdOf(name, bytes.subarray(1)).toString('hex') !== id) {
    throw new ConfigurationError(
      'ERR_OPTION_INVALID',
      'A verifier key reads name+keyid+key, as "audit keygen" prints it.',
    )
  }
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: bytes.subarray(1).toString('base64url') },
    format: 'jwk',
  })
  return {
    name,
    open(note) {
      const end = note.indexOf('\n\n')
      if (end === -1) return undefined
      const body = note.slice(0, end + 1)
      const lines = note.slice(end + 2).split('\n')
      // Nothing but signatures, each on a whole line.
      if (lines.pop() !== '' || !lines.every((line) => SIGNATURE.test(line))) return undefined
      const signed = lines.some((line) => {
        const [, signer, signature = ''] = line.split(' ')
        if (signer !== name) return false
        const value = Buffer.from(signature, 'base64')
        // Only the canonical encoding, so that no bit of a signature can be changed unnoticed.
        if (value.length !== 68 || value.toString('base64') !== signature) return false
        return value.subarray(0, 4).toString('hex') === id && verify(null, Buffer.from(body), key, value.subarray(4))
      })
      return signed ? parseBody(body) : undefined
    },
  }
}

/**
 * Splits a file of notes. What follows the last complete note is left out.
 * @example await verifyTrail(folder, { verifiers, witnessed: splitNotes(readFileSync('witness', 'utf8')) })
 */
export function splitNotes(text: string): string[] {
  return text.match(/(?:[^\n]+\n)+\n(?:— [^\n]+\n)+/g) ?? []
}

/** What a note claims, whoever has signed it. */
export function claimOf(note: string): Checkpoint | undefined {
  const end = note.indexOf('\n\n')
  return end === -1 ? undefined : parseBody(note.slice(0, end + 1))
}

function bodyOf({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`
}

function parseBody(body: string): Checkpoint | undefined {
  const [origin = '', size = '', encoded = ''] = body.split('\n')
  const root = Buffer.from(encoded, 'base64')
  if (origin === '' || !/^(?:0|[1-9]\d{0,14})$/.test(size)) return undefined
  if (root.length !== 32 || root.toString('base64') !== encoded) return undefined
  return { origin, size: Number(size), root }
}

function keyFrom(privateKey: KeyObject | string): KeyObject {
  let key: KeyObject
  try {
    key = typeof privateKey === 'string' ? createPrivateKey(privateKey) : privateKey
  } catch {
    throw new ConfigurationError('ERR_OPTION_INVALID', 'checkpointSigner(): the private key is no PKCS #8 PEM.')
  }
  if (key?.type !== 'private' || key.asymmetricKeyType !== 'ed25519') {
    throw new ConfigurationError('ERR_OPTION_INVALID', 'checkpointSigner(): expected an Ed25519 private key.')
  }
  return key
}

function checkName(name: string): void {
  if (typeof name === 'string' && /^[^\s+]+$/.test(name)) return
  throw new ConfigurationError('ERR_OPTION_INVALID', 'checkpointSigner(): a key name has no spaces and no plus sign.')
}

function rawPublic(key: KeyObject): Buffer {
  return Buffer.from(String(key.export({ format: 'jwk' }).x), 'base64url')
}

function keyIdOf(name: string, publicBytes: Uint8Array): Buffer {
  const bytes = Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([ED25519]), publicBytes])
  return hash('sha256', bytes, 'buffer').subarray(0, 4)
}
