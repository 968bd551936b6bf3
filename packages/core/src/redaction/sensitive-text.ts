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

/** Replaces credentials, card numbers and what else was asked for inside a text. */
export function redactText(text: string, { emails, phones }: TextRules): string {
  let clean = text
  if (HINT.test(text)) {
    clean = clean
      .replace(PRIVATE_KEY, REDACTED)
      .replace(JWT, REDACTED)
      .replace(ISSUED_KEY, REDACTED)
      .replace(HEADER_LINE, `$1$2${REDACTED}`)
      .replace(SCHEME, `$1 ${REDACTED}`)
      .replace(BASIC, `$1 ${REDACTED}`)
      .replace(USERINFO, `://${REDACTED}@`)
      .replace(ASSIGNED, `$1$2${REDACTED}`)
      .replace(CARD, (digits) => (isCardNumber(digits) ? `[card ${digits.slice(-4)}]` : digits))
  }
  if (emails) clean = clean.replace(EMAIL, '[email]')
  if (phones) clean = clean.replace(PHONE, '[phone]')
  return clean
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
