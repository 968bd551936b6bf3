/** What to look for in texts, beyond what is always looked for. */
export interface TextRules {
  readonly emails: boolean
  readonly phones: boolean
}

const REDACTED = '[redacted]'

/** Only a text that holds one of these needs a closer look. */
const HINT =
  /eyJ|BEGIN|[3-6][\d -]{11}|2[2-7][\d -]{11}|:\/\/|_(?:live|test|prod|secret)_|AKIA|ASIA|gh[pousr]_|github_pat|glpat|xox|AIza|SG\.|npm_|hf_|ya29|shpat|whsec|dop_v1|pass|pwd|secret|token|key|auth|bearer|basic|dpop|cookie|session|credential|cv[vc]|\bpin\b|\bssn\b|otp|jwt|assertion/i

const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}-----|$)/g
/** A part alone as well: it is JSON in base64url, and to stop at the first one keeps this linear. */
const JWT = /eyJ[\w-]{6,}(?:\.[\w-]*){0,4}/g
const ISSUED_KEY =
  /\b(?:[a-z]{2,12}_(?:live|test|prod|secret)_\w{6,}|(?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{8,}|AIza[\w-]{30,}|SG\.[\w-]{16,}(?:\.[\w-]+)?|npm_\w{30,}|hf_\w{20,}|ya29\.[\w-]{16,}|shpat_\w{16,}|whsec_[\w/+=-]{16,}|dop_v1_\w{32,})/g
const SCHEME = /\b(bearer|dpop|digest|negotiate|apikey)\s+[\w.~+/=-]{6,}/gi
const BASIC = /\b([Bb]asic|BASIC)\s+(?=[a-z+/]*[A-Z0-9=])[A-Za-z0-9+/]{6,}={0,2}/g
const USERINFO = /:\/\/[^\s/?#@]{1,512}@/g
const HEADER_LINE = /\b((?:proxy-)?authorization|(?:set-)?cookie2?)(\\*["']?\s*[:=]\s*)[^\r\n]+/gi
const ASSIGNED =
  /([\w.-]{0,40}(?:passw(?:or)?d|passphrase|passcode|\bpass|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|session[_-]?id|credential|\bcv[vc]2?|\bpin|\bssn|\bt?otp|\bjwt|client_assertion|code_verifier)[\w.-]{0,40})((?:\\*["'])?\s*(?:[:=]|%3[ad]|\bis\b)\s*)(\\*"[^"]*"?|\\*'[^']*'?|[^\s"'&,;}<]+)/gi
const CARD = /(?<![\d.])[2-6]\d{3}(?:[ -]?\d){8,15}(?!\d)/g
const EMAIL = /[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g
const PHONE = /(?<![\w.])(?:\+|00)\d{1,3}(?:[ ().-]{0,2}\d){6,12}(?!\d)/g

/** In this order, since a later one would take a part of what an earlier one knows as a whole. */
const SECRETS: readonly SecretRule[] = [
  { kind: 'private-key', pattern: PRIVATE_KEY, replacement: REDACTED },
  { kind: 'jwt', pattern: JWT, replacement: REDACTED },
  { kind: 'issued-key', pattern: ISSUED_KEY, replacement: REDACTED },
  { kind: 'credential-header', pattern: HEADER_LINE, replacement: `$1$2${REDACTED}` },
  { kind: 'credential', pattern: SCHEME, replacement: `$1 ${REDACTED}` },
  { kind: 'credential', pattern: BASIC, replacement: `$1 ${REDACTED}` },
  { kind: 'url-password', pattern: USERINFO, replacement: `://${REDACTED}@` },
  { kind: 'assignment', pattern: ASSIGNED, replacement: `$1$2${REDACTED}` },
]

interface SecretRule {
  readonly kind: SecretKind
  readonly pattern: RegExp
  readonly replacement: string
}

/** Replaces credentials, card numbers and what else was asked for inside a text. */
export function redactText(text: string, { emails, phones }: TextRules): string {
  let clean = text
  if (HINT.test(text)) {
    for (const { pattern, replacement } of SECRETS) clean = clean.replace(pattern, replacement)
    clean = clean.replace(CARD, (digits) => (isCardNumber(digits) ? `[card ${digits.slice(-4)}]` : digits))
  }
  if (emails) clean = clean.replace(EMAIL, '[email]')
  if (phones) clean = clean.replace(PHONE, '[phone]')
  return clean
}

/** What a secret was known by. */
export type SecretKind =
  | 'private-key'
  | 'jwt'
  | 'issued-key'
  | 'credential-header'
  | 'credential'
  | 'url-password'
  | 'assignment'
  | 'card-number'

/** Where a text holds a secret, with the name or scheme that it was known by. Never the secret itself. */
export interface FoundSecret {
  readonly kind: SecretKind
  readonly index: number
  readonly length: number
}

/**
 * The places at which a text holds what `redaction()` would remove, in order and none twice; what was redacted is none.
 * JSON is searched as any other text, where `redaction()` goes by all of its names.
 * @example
 * findSecrets('GET /?access_token=4f9c0a7d') // [{ kind: 'assignment', index: 6, length: 21 }]
 */
export function findSecrets(text: string): readonly FoundSecret[] {
  if (!HINT.test(text)) return []
  const found: FoundSecret[] = []
  const known = new Uint8Array(text.length)
  const add = (kind: SecretKind, index: number, length: number): void => {
    const place = known.subarray(index, index + length)
    if (place.includes(1)) return
    place.fill(1)
    found.push({ kind, index, length })
  }
  for (const { kind, pattern } of SECRETS) {
    for (const { 0: match, index } of text.matchAll(pattern)) {
      if (!match.includes(REDACTED)) add(kind, index, match.length)
    }
  }
  for (const { 0: digits, index } of text.matchAll(CARD)) {
    if (isCardNumber(digits)) add('card-number', index, digits.length)
  }
  return found.sort((one, other) => one.index - other.index)
}

/** ISO/IEC 7812: the check digit by Luhn's formula, 13 to 19 digits, a first digit that cards have. */
export function isCardNumber(text: string): boolean {
  const digits = text.replace(/[ -]/g, '')
  if (!/^(?:2[2-7]|[3-6]\d)\d{11,17}$/.test(digits)) return false
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48
    const weighted = index % 2 === 0 ? digit : digit * 2
    sum += weighted > 9 ? weighted - 9 : weighted
  }
  return sum % 10 === 0
}
