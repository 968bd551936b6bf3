import { claimOf } from '../merkle/checkpoint.ts'
import { fileLogs } from './log-source.ts'
import { type LogReport, verifyLog } from './verify-log.ts'
import { type VerifyOptions, verifySettings } from './verify-options.ts'

export interface TrailReport {
  /** Nothing was found. */
  readonly ok: boolean
  readonly logs: readonly LogReport[]
  /** Logs that a witness knows and that are not there at all. */
  readonly missing: readonly string[]
}

/**
 * Verifies every log of a trail kept in files.
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_MISSING`, `ERR_OPTION_INVALID`
 * @example
 * const { ok, logs } = await verifyTrail('/var/lib/orders/trail', { verifiers: [checkpointVerifier(verifierKey)] })
 * if (!ok) console.error(logs.flatMap(({ findings }) => findings))
 */
export async function verifyTrail(folder: string, options: VerifyOptions): Promise<TrailReport> {
  const settings = verifySettings('verifyTrail()', options)
  const logs: LogReport[] = []
  for (const source of await fileLogs(folder)) logs.push(await verifyLog(source, settings))
  return trailReport(logs, settings)
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
