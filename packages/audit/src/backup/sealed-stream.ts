import { createSecretKey, type KeyObject, randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'

import { AshlarError } from '@ashlar/core'
import { openAt, sealAt } from '@ashlar/core/keys'

const MAGIC = Buffer.from('ashlar-backup-1\n')
const CHUNK = 64 * 1024
const TAG = 16
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 }

const stretch = promisify<string, Buffer, number, typeof SCRYPT, Buffer>(scrypt)

/**
 * Encrypts a stream under a passphrase: scrypt, then AES-256-GCM in chunks whose nonce counts them and marks the last
 * one (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár), so that none can be changed, dropped,
 * exchanged or cut off.
 */
export async function* sealStream(plain: AsyncIterable<Buffer>, passphrase: string): AsyncIterable<Buffer> {
  const salt = randomBytes(16)
  const key = await keyOf(passphrase, salt)
  yield Buffer.concat([MAGIC, salt])
  let count = 0
  let pending: Buffer | undefined
  for await (const chunk of inChunks(plain, CHUNK)) {
    if (pending) yield sealAt(key, nonceOf(count++, false), pending)
    pending = chunk
  }
  yield sealAt(key, nonceOf(count, true), pending ?? Buffer.alloc(0))
}

/** @throws AshlarError `ERR_BACKUP_INVALID` for another passphrase, and for a backup that was changed or cut off */
export async function* openStream(sealed: AsyncIterable<Buffer>, passphrase: string): AsyncIterable<Buffer> {
  let key: KeyObject | undefined
  let count = 0
  let pending: Buffer | undefined
  for await (const chunk of inChunks(sealed, CHUNK + TAG, MAGIC.length + 16)) {
    if (!key) {
      if (chunk.length !== MAGIC.length + 16 || !chunk.subarray(0, MAGIC.length).equals(MAGIC)) throw invalid()
      key = await keyOf(passphrase, chunk.subarray(MAGIC.length))
      continue
    }
    if (pending) yield openChunk(key, count++, false, pending)
    pending = chunk
  }
  if (!key || !pending) throw invalid()
  yield openChunk(key, count, true, pending)
}

async function keyOf(passphrase: string, salt: Buffer): Promise<KeyObject> {
  return createSecretKey(await stretch(passphrase, salt, 32, SCRYPT))
}

function openChunk(key: KeyObject, count: number, last: boolean, sealed: Buffer): Buffer {
  const plain = openAt(key, nonceOf(count, last), sealed)
  if (!plain) throw invalid()
  return plain
}

function nonceOf(count: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntBE(count, 5, 6)
  nonce[11] = last ? 1 : 0
  return nonce
}

async function* inChunks(source: AsyncIterable<Buffer>, size: number, first: number = size): AsyncIterable<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  let wanted = first
  for await (const piece of source) {
    rest = rest.length > 0 ? Buffer.concat([rest, piece]) : piece
    while (rest.length >= wanted) {
      yield rest.subarray(0, wanted)
      rest = rest.subarray(wanted)
      wanted = size
    }
  }
  if (rest.length > 0) yield rest
}

function invalid(): AshlarError {
  return new AshlarError('ERR_BACKUP_INVALID', 'The passphrase is another one, or the backup was changed or cut off.')
}
