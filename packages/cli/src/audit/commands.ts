import type { Command } from '../command.ts'
import { backup, restore } from './backup.ts'
import { keygen } from './keygen.ts'
import { prove } from './prove.ts'
import { query, tail } from './query.ts'
import { report } from './report.ts'
import { eraseSubject, exportSubject } from './subject.ts'
import { verify } from './verify.ts'

export const AUDIT_COMMANDS: Readonly<Record<string, Command>> = {
  keygen,
  verify,
  tail,
  query,
  export: exportSubject,
  erase: eraseSubject,
  backup,
  restore,
  prove,
  report,
}
