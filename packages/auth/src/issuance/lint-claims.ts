import { duration, listOf, OptionPlace, orElse, readOptions, text } from '@ashlar/core/options'
import { type Duration, durationText } from '@ashlar/core/time'

export interface LintClaimsOptions {
  /** Claims of the app's own that the API asks for, beside the registered ones. Default none. */
  readonly asked?: readonly string[]
  /** Shortest life without a warning. Default `'15m'`. */
  readonly min?: Duration
  /** Longest life without a warning. At most `'365d'`. Default `'1h'`. */
  readonly max?: Duration
}

/** What is wrong with one claim. Never holds its value. */
export interface ClaimFinding {
  /** The claim, with the way to it: `profile.phone`. */
  readonly claim: string
  readonly message: string
}

type Claims = Readonly<Record<string, unknown>>

/** RFC 7519 §4.1, RFC 9068 §2.2, RFC 8176, RFC 7800, and the ones that `bearer()` reads. */
const REGISTERED = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'client_id', 'scope', 'auth_time', 'acr', 'amr', 'cnf'],
  ...['sid', 'roles', 'groups', 'entitlements', 'tier'],
])

const SECRET_NAME = /pass(word|wd|phrase)?$|secret|private_?key|api_?key|(access|refresh)_?token|^pin$|^cvv$|^otp$/i
const PERSONAL_NAME =
  /^(e-?mail|phone(_number)?|address|birth_?date|gender|ssn|name|(given|family|middle|full)_?name|picture)$/i
const SECRET_VALUE = /^eyJ[\w-]+\.eyJ|-----BEGIN [A-Z ]*PRIVATE KEY|^[a-z][a-z0-9]+_(live|test)_[A-Za-z0-9]{16,}$/

/**
 * Looks over the claims of an access token before it is issued: how long it lives, what nobody asked for, and what does
 * not belong into a token that everyone on its way can read.
 * @returns what was found; nothing for claims that are as they should be
 * @throws ConfigurationError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_INVALID`
 * @example
 * for (const { claim, message } of lintClaims(claims, { asked: ['tenant'] })) console.warn(`${claim}: ${message}`)
 */
export function lintClaims(claims: Claims, options: LintClaimsOptions = {}): readonly ClaimFinding[] {
  const where = 'lintClaims()'
  const settings = readOptions(where, options, {
    asked: orElse(listOf(text(), { min: 0 }), () => []),
    min: duration({ min: '0ms', max: '365d', fallback: '15m' }),
    max: duration({ min: '0ms', max: '365d', fallback: '1h' }),
  })
  const { min, max } = settings
  const at = new OptionPlace(where)
  if (min > max) throw at.in('min').invalid(`at most "max", which is '${durationText(max)}'`)
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw at.in('claims').invalid('an object', claims)
  }
  const asked = new Set(settings.asked)
  const findings = lifeOf(claims, min, max)
  for (const [name, value] of Object.entries(claims)) {
    if (!REGISTERED.has(name) && !asked.has(name)) {
      findings.push({ claim: name, message: 'Nobody asked for it. Leave it out, or name it in "asked".' })
    }
    if (!REGISTERED.has(name)) look(name, name, value, asked, findings)
    else if (isSecret(value)) findings.push({ claim: name, message: 'It looks like a secret.' })
  }
  return findings
}

function lifeOf({ iat, exp, sub }: Claims, min: number, max: number): ClaimFinding[] {
  const findings: ClaimFinding[] = []
  if (typeof sub !== 'string' || sub === '')
    findings.push({ claim: 'sub', message: 'A token says who its subject is.' })
  if (typeof iat !== 'number') findings.push({ claim: 'iat', message: 'A token says when it was issued.' })
  if (typeof exp !== 'number') findings.push({ claim: 'exp', message: 'A token ends.' })
  if (typeof iat !== 'number' || typeof exp !== 'number') return findings
  const life = (exp - iat) * 1000
  if (!(life >= min)) findings.push({ claim: 'exp', message: `It lives for less than ${durationText(min)}.` })
  if (life > max) findings.push({ claim: 'exp', message: `It lives for more than ${durationText(max)}.` })
  return findings
}

function look(path: string, name: string, value: unknown, asked: ReadonlySet<string>, findings: ClaimFinding[]): void {
  if (SECRET_NAME.test(name) || isSecret(value)) findings.push({ claim: path, message: 'It looks like a secret.' })
  else if (PERSONAL_NAME.test(name) && !asked.has(path)) {
    findings.push({ claim: path, message: 'It is personal data, and everyone on the token’s way can read it.' })
  }
  if (typeof value !== 'object' || value === null) return
  for (const [key, member] of Object.entries(value)) look(`${path}.${key}`, key, member, asked, findings)
}

function isSecret(value: unknown): boolean {
  return typeof value === 'string' && (SECRET_VALUE.test(value) || isCardNumber(value))
}

/** 13 to 19 digits whose checksum is right (ISO/IEC 7812-1). */
function isCardNumber(text: string): boolean {
  const digits = text.replace(/[ -]/g, '')
  if (!/^\d{13,19}$/.test(digits)) return false
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index])
    const doubled = index % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}
