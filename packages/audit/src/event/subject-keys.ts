import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Redact } from '../redaction/redact.ts'
import type { AuditEvent, AuditRecord, SealedParts } from './audit-event.ts'

/** The keys of data subjects. Forgetting one makes all that was sealed under it unreadable: crypto-shredding. */
export interface SubjectKeys {
  /** What stands for the subject in records; it tells nothing without the key store. */
  pseudonym(subject: string): string
  /** The subject's key, made durable if it is new. */
  keyFor(pseudonym: string): Buffer | Promise<Buffer>
  find(pseudonym: string): Promise<Buffer | undefined>
  /** @returns whether there was one */
  forget(pseudonym: string): Promise<boolean>
}

/** An event in two parts: what anybody may read, and what belongs to the data subject. */
export interface SealedBody {
  readonly open: AuditEvent
  readonly sealed: SealedParts
}

const CACHED_KEYS = 10_000

/** One file for each subject. Keep the folder out of the trail's backups, or erased subjects come back with them. */
export async function fileSubjectKeys(folder: string): Promise<SubjectKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const pepper = await keyFile(folder, 'pepper')
  const cache = new Map<string, Buffer>()
  const pathOf = (pseudonym: string): string => {
    if (!/^[\w-]{43}$/.test(pseudonym)) throw new RangeError('No such pseudonym.')
    return `${pseudonym}.key`
  }
  return {
    pseudonym: (subject) => createHmac('sha256', pepper).update(subject).digest('base64url'),
    keyFor(pseudonym) {
      const known = cache.get(pseudonym)
      if (known) return known
      return keyFile(folder, pathOf(pseudonym)).then((key) => {
        if (cache.size >= CACHED_KEYS) cache.delete(cache.keys().next().value!)
        cache.set(pseudonym, key)
        return key
      })
    },
    async find(pseudonym) {
      return (await readdir(folder)).includes(pathOf(pseudonym)) ? readFile(join(folder, pathOf(pseudonym))) : undefined
    },
    async forget(pseudonym) {
      cache.delete(pseudonym)
      try {
        const path = join(folder, pathOf(pseudonym))
        await writeFile(path, randomBytes(32), { flag: 'r+' })
        await unlink(path)
        await syncFolder(folder)
        return true
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
        throw error
      }
    },
  }
}

/** Reads a key of 32 bytes, or makes it: whole or not at all, and only one for several processes. */
async function keyFile(folder: string, name: string): Promise<Buffer> {
  const path = join(folder, name)
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const draft = join(folder, `draft-${randomBytes(9).toString('hex')}`)
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(randomBytes(32))
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await link(draft, path)
    await syncFolder(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await unlink(draft)
  }
  return readFile(path)
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Takes the personal parts out of an event and encrypts them under the data subject's key. */
export function seal(event: AuditEvent, pseudonym: string, key: Buffer, redact: Redact): SealedBody {
  const { who, where, changes, details, dataSubject, resource, ...rest } = event
  const personal = redact({
    who,
    dataSubject,
    address: where?.address,
    userAgent: where?.userAgent,
    changes,
    details,
    resource,
  })
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(pseudonym))
  const text = Buffer.concat([cipher.update(JSON.stringify(personal)), cipher.final()])
  const data = Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64url')
  return {
    open: {
      ...rest,
      ...(who && { who: { kind: who.kind, subject: pseudonym } }),
      ...(resource && { resource: { type: resource.type } }),
      ...(where && { where: { service: where.service, instance: where.instance } }),
    },
    sealed: { subject: pseudonym, data },
  }
}

/** A record with its personal parts back in place; as it is, when it has none or its key is gone. */
export async function unseal(record: AuditRecord, keys: SubjectKeys): Promise<AuditRecord> {
  if (!record.sealed) return record
  const key = await keys.find(record.sealed.subject)
  if (!key) return record
  const bytes = Buffer.from(record.sealed.data, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
  decipher.setAAD(Buffer.from(record.sealed.subject))
  decipher.setAuthTag(bytes.subarray(-16))
  const text = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString()
  const { address, userAgent, ...personal } = JSON.parse(text) as Record<string, unknown>
  return { ...record, ...personal, where: { ...record.where, address, userAgent } } as AuditRecord
}
