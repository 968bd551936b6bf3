import { readFile } from 'node:fs/promises'

import { type AuditRecord, checkpointSigner, fileTrail, readRecords, unseal } from '@ashlar/audit'
import { fileSubjectKeys, type SubjectKeys } from '@ashlar/core/keys'

import { type Command, parse } from '../command.ts'

const SIGNING = '--signing-key FILE --signer NAME'

export const exportSubject: Command = {
  usage: `FOLDER --subject S [--subjects FOLDER] [${SIGNING}]`,
  about: 'Print all records about a person as JSON (GDPR articles 15 and 20). With a signing key that is recorded.',
  async run(args, { stdout }) {
    const { positionals, values, need } = parse(args, 1, ['subject', 'subjects', 'signing-key', 'signer'])
    const folder = positionals[0]!
    const subject = need('subject')
    const keys = values.subjects === undefined ? undefined : await fileSubjectKeys(values.subjects)
    const records: AuditRecord[] = []
    for await (const { record } of readRecords(folder)) if (isAbout(record, subject, keys)) records.push(record)
    const readable = keys ? await Promise.all(records.map((record) => unseal(record, keys))) : records
    stdout.write(`${JSON.stringify({ subject, records: readable }, null, 2)}\n`)
    if (values['signing-key'] !== undefined) {
      await recordAbout(folder, 'subject_exported', keys?.pseudonym(subject) ?? subject, {
        key: values['signing-key'],
        signer: need('signer'),
        records: records.length,
      })
    }
    return 0
  },
}

export const eraseSubject: Command = {
  usage: `FOLDER --subject S --subjects FOLDER ${SIGNING}`,
  about:
    'Destroy the key under which a person’s data is sealed (GDPR article 17), and record that. The trail still verifies.',
  async run(args, { stdout, stderr }) {
    const { positionals, need } = parse(args, 1, ['subject', 'subjects', 'signing-key', 'signer'])
    const folder = positionals[0]!
    const keys = await fileSubjectKeys(need('subjects'))
    const pseudonym = keys.pseudonym(need('subject'))
    const signing = { key: need('signing-key'), signer: need('signer') }
    let open = 0
    for await (const { record } of readRecords(folder)) {
      if (record.who?.subject === need('subject') || record.dataSubject === need('subject')) open++
    }
    if (!(await keys.shred(pseudonym))) {
      stderr.write('There is no key for this person: nothing was sealed, or it was erased before.\n')
      return 1
    }
    await recordAbout(folder, 'subject_erased', pseudonym, signing)
    stdout.write(`Erased. Records about this person stay, as ${pseudonym}.\n`)
    if (open > 0) stderr.write(`${open} record(s) name this person openly: they were written before data was sealed.\n`)
    return 0
  },
}

function isAbout(record: AuditRecord, subject: string, keys: SubjectKeys | undefined): boolean {
  if (record.who?.subject === subject || record.dataSubject === subject) return true
  return keys !== undefined && record.sealed?.subject === keys.pseudonym(subject)
}

async function recordAbout(
  folder: string,
  name: 'subject_exported' | 'subject_erased',
  subject: string,
  { key, signer, ...details }: { readonly key: string; readonly signer: string; readonly records?: number },
): Promise<void> {
  const trail = await fileTrail({ folder, signer: checkpointSigner(signer, await readFile(key, 'utf8')) })
  try {
    await trail.record({
      name,
      outcome: 'success',
      resource: { type: 'data subject', id: subject },
      flags: ['gdpr'],
      details,
    })
  } finally {
    await trail.close()
  }
}
