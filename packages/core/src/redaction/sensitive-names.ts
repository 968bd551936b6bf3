/** Parts of names whose values are never written. Compared in lower case, without separators. */
const PARTS = [
  'password',
  'passwd',
  'passphrase',
  'passcode',
  'pwd',
  'secret',
  'token',
  'apikey',
  'accesskey',
  'privatekey',
  'encryptionkey',
  'signingkey',
  'authorization',
  'cookie',
  'sessionid',
  'credential',
  'cardnumber',
  'accountnumber',
  'creditcard',
  'socialsecurity',
  'recoverycode',
  'onetime',
  'bearer',
  'clientassertion',
  'codeverifier',
]

/** Names that are sensitive as a whole, and too short to look for inside others. */
const WHOLE = new Set([
  'pass',
  'pin',
  'pan',
  'ssn',
  'otp',
  'totp',
  'jwt',
  'sid',
  'auth',
  'csrf',
  'xsrf',
  'dpop',
  'iban',
])

/** A card's verification value: not even its absence is recorded (PCI DSS 3.3.1). */
const DROPPED =
  /^(?:card)?(?:cvv|cvc|cvn|cav|csc|cid)(?:2|code|number|value)?$|^(?:card)?(?:securitycode|verification(?:code|value|number))$/

export type Sensitivity = 'plain' | 'redacted' | 'dropped'

const CACHE_LIMIT = 2000

/** Decides by a key's name, at any depth and in any case. */
export function nameRule(more: readonly string[] = []): (name: string) => Sensitivity {
  const parts = [...PARTS, ...more.map(plainName)]
  const cache = new Map<string, Sensitivity>()
  return (name) => {
    const known = cache.get(name)
    if (known) return known
    const plain = plainName(name)
    const rule: Sensitivity = DROPPED.test(plain)
      ? 'dropped'
      : WHOLE.has(plain) || parts.some((part) => plain.includes(part))
        ? 'redacted'
        : 'plain'
    if (cache.size < CACHE_LIMIT) cache.set(name, rule)
    return rule
  }
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}
