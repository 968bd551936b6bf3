import { readFile } from 'node:fs/promises'

import {
  type AuditEvent,
  type AuditRecord,
  checkpointSigner,
  fileTrail,
  readRecords,
  type Trail,
  unseal,
} from '@ashlar/audit'
import type { SubjectKeys } from '@ashlar/core/keys'

import { type Command, parse } from '../command.ts'
import { print } from '../terminal.ts'
import { subjectKeysIn, trailFolder } from './trail-folder.ts'

const SIGNING = '--signing-key FILE --signer NAME'

export const exportSubject: Command = {
  usage: `FOLDER --subject S [--subjects FOLDER] [${SIGNING}]`,
  about: 'Print all records about a person as JSON (GDPR articles 15 and 20). With a signing key that is recorded.',
  async run(args, terminal) {
    const { positionals, values, need } = parse(args, {
      arguments: 1,
      values: ['subject', 'subjects', 'signing-key', 'signer'],
    })
    const subject = need('subject')
    const folder = await trailFolder(positionals[0]!)
    const keys = values.subjects === undefined ? undefined : await subjectKeysIn(values.subjects)
    const signing =
      values['signing-key'] === undefined ? undefined : { key: values['signing-key'], signer: need('signer') }
    const records: AuditRecord[] = []
    for await (const { record } of readRecords(folder)) if (isAbout(record, subject, keys)) records.push(record)
    const readable = keys ? await Promise.all(records.map((record) => unseal(record, keys))) : records
    // Recorded first: what has been printed can't be taken back.
    if (signing) {
      const event = eventAbout('subject_exported', keys?.pseudonym(subject) ?? subject)
      await withTrail(folder, signing, (trail) => trail.record({ ...event, details: { records: records.length } }))
    }
    await print(terminal, `${JSON.stringify({ subject, records: readable }, null, 2)}\n`)
    return 0
  },
}

export const eraseSubject: Command = {
  usage: `FOLDER --subject S --subjects FOLDER ${SIGNING}`,
  about:
    'Destroy the key under which a person’s data is sealed (GDPR article 17), and record that. The trail still verifies.',
  async run(args, { stdout, stderr }) {
    const { positionals, need } = parse(args, {
      arguments: 1,
      values: ['subject', 'subjects', 'signing-key', 'signer'],
    })
    const subject = need('subject')
    const folder = await trailFolder(positionals[0]!)
    const keys = await subjectKeysIn(need('subjects'))
    const pseudonym = keys.pseudonym(subject)
    if (!(await keys.find(pseudonym))) {
      stderr.write('There is no key for this person: nothing was sealed, or it was erased before.\n')
      return 1
    }
    let open = 0
    for await (const { record } of readRecords(folder)) {
      if (record.who?.subject === subject || record.dataSubject === subject) open++
    }
    await withTrail(folder, { key: need('signing-key'), signer: need('signer') }, async (trail) => {
      // Announced first: a key that is gone must not be gone unrecorded.
      const event = eventAbout('subject_erased', pseudonym)
      const intent = await trail.intend(event)
      const erased = await keys.shred(pseudonym)
      await intent.complete({ ...event, outcome: erased ? 'success' : 'failure' })
    })
    stdout.write(`Erased. Records about this person stay, as ${pseudonym}.\n`)
    if (open > 0) stderr.write(`${open} record(s) name this person openly: they were written before data was sealed.\n`)
    return 0
  },
}

function isAbout(record: AuditRecord, subject: string, keys: SubjectKeys | undefined): boolean {
  if (record.who?.subject === subject || record.dataSubject === subject) return true
  return keys !== undefined && record.sealed?.subject === keys.pseudonym(subject)
}

function eventAbout(name: 'subject_exported' | 'subject_erased', subject: string): AuditEvent {
  return { name, outcome: 'success', resource: { type: 'data subject', id: subject }, flags: ['gdpr'] }
}

interface Signing {
  readonly key: string
  readonly signer: string
}

/** As a writer of its own, so that the app may go on writing. */
async function withTrail(
  folder: string,
  { key, signer }: Signing,
  work: (trail: Trail) => Promise<unknown>,
): Promise<void> {
  const trail = await fileTrail({ folder, signer: checkpointSigner(signer, await readFile(key, 'utf8')) })
  try {
    await work(trail)
  } finally {
    await trail.close()
  }
}
