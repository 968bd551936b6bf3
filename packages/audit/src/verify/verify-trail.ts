import { claimOf } from '../merkle/checkpoint.ts'
import { fileLogs } from './log-source.ts'
import { type LogReport, type VerifyOptions, verifyLog } from './verify-log.ts'

export interface TrailReport {
  /** Nothing was found. */
  readonly ok: boolean
  readonly logs: readonly LogReport[]
  /** Logs that a witness knows and that are not there at all. */
  readonly missing: readonly string[]
}

/** Verifies every log of a trail kept in files. */
export async function verifyTrail(folder: string, options: VerifyOptions): Promise<TrailReport> {
  const logs: LogReport[] = []
  for (const source of await fileLogs(folder)) logs.push(await verifyLog(source, options))
  return trailReport(logs, options)
}

/** The sum of what was found in each log. */
export function trailReport(logs: readonly LogReport[], { verifiers, witnessed = [] }: VerifyOptions): TrailReport {
  const known = new Set(logs.map(({ origin }) => origin))
  const missing = new Set<string>()
  for (const note of witnessed) {
    const claims = verifiers.length === 0 ? [claimOf(note)] : verifiers.map((verifier) => verifier.open(note))
    for (const claim of claims) if (claim && !known.has(claim.origin)) missing.add(claim.origin)
  }
  return { ok: missing.size === 0 && logs.every(({ findings }) => findings.length === 0), logs, missing: [...missing] }
}
