/** What makes a target mean different things to different readers, and how it is told. reference/targets.md says why. */
export const AMBIGUITIES = {
  'another form': 'The target does not begin with a slash',
  'an empty segment': 'The path has two slashes side by side',
  'a dot segment': 'The path has a segment "." or ".."',
  'a foreign character': 'The target holds a character that none may hold as it is: a fragment, a backslash, a space',
  'a broken escape': 'The path has a percent sign without two hexadecimal digits behind it',
  'a needless escape': 'The path has a letter, a digit, "-", "_" or "." written as a percent sequence',
  'a hidden separator': 'The path has a slash, a backslash or NUL written as a percent sequence',
} as const

export type Ambiguity = keyof typeof AMBIGUITIES

const DOT = 0x2e
const SLASH = 0x2f
const QUESTION = 0x3f
const NO_BREAK_SPACE = 0xa0
const BYTE_ORDER_MARK = 0xfeff

/** What kind of character each of ASCII is, in a path. */
const PLAIN = 0
const LOOK = 1
const FOREIGN = 2
const KINDS: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (code <= 0x20 || code === 0x7f || '#\\'.includes(character)) return FOREIGN
  return '/%?'.includes(character) ? LOOK : PLAIN
})

/** What an escaped character is, by its code. */
const NEEDLESS = 1
const SEPARATOR = 2
const ESCAPED: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => {
  const character = String.fromCharCode(code)
  if ('/\\\0'.includes(character)) return SEPARATOR
  // Not `~`: older ways to escape (Java's URLEncoder, JavaScript's escape) write it so, wherever it stands in what they send.
  return /[\w.-]/.test(character) ? NEEDLESS : PLAIN
})

/** The value of a hexadecimal digit, by its code; 255 of anything else. */
const DIGITS: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16)
  return Number.isNaN(value) ? 255 : value
})

/** What has to be looked at more closely. Most targets have none of it, which this tells in a third of the time. */
const SUSPICIOUS = /[%#\\\0-\x20\x7f-\uffff]|\/[/.]/

/**
 * What in a request target a router, a proxy and a file system could read differently; `undefined` where nothing. `*` is the
 * server as a whole, in `OPTIONS *` only (RFC 9112 §3.2.4). Looks at each character once.
 */
export function ambiguityOf(target: string, method?: string): Ambiguity | undefined {
  if (target.charCodeAt(0) !== SLASH) return target === '*' && method === 'OPTIONS' ? undefined : 'another form'
  if (!SUSPICIOUS.test(target)) return undefined
  const { length } = target
  for (let index = 0; index < length; index++) {
    const code = target.charCodeAt(index)
    const kind = code < 128 ? KINDS[code] : FOREIGN
    if (kind === PLAIN) continue
    if (kind === FOREIGN) return 'a foreign character'
    if (code === QUESTION) return ambiguityOfQuery(target, index + 1)
    if (code === SLASH) {
      const next = target.charCodeAt(index + 1)
      if (next === SLASH) return 'an empty segment'
      if (next === DOT && endsSegment(target, target.charCodeAt(index + 2) === DOT ? index + 3 : index + 2)) {
        return 'a dot segment'
      }
    } else {
      const escaped = escapedAt(target, index)
      if (escaped === -1) return 'a broken escape'
      if (ESCAPED[escaped] !== PLAIN) return ESCAPED[escaped] === NEEDLESS ? 'a needless escape' : 'a hidden separator'
      index += 2
    }
  }
  return undefined
}

/** In a query everything is data but what ends it for some readers: a fragment, and white space, which they leave out. */
function ambiguityOfQuery(target: string, from: number): Ambiguity | undefined {
  for (let index = from; index < target.length; index++) {
    const code = target.charCodeAt(index)
    if (
      code <= 0x23
        ? code <= 0x20 || code === 0x23
        : code === 0x7f || code === NO_BREAK_SPACE || code === BYTE_ORDER_MARK
    ) {
      return 'a foreign character'
    }
  }
  return undefined
}

function endsSegment(target: string, index: number): boolean {
  if (index >= target.length) return true
  const code = target.charCodeAt(index)
  return code === SLASH || code === QUESTION
}

/** The code of the character that is escaped here; -1 where no two hexadecimal digits are. */
function escapedAt(target: string, index: number): number {
  const high = digitAt(target, index + 1)
  const low = digitAt(target, index + 2)
  return high > 15 || low > 15 ? -1 : high * 16 + low
}

function digitAt(target: string, index: number): number {
  const code = target.charCodeAt(index)
  // NaN, beyond the end, is no less than 128 either.
  return code < 128 ? DIGITS[code]! : 255
}
