const ENDINGS = ['', '/', '?x', '/?x', '//', '/.', '%20', '.', ';a', '%2f', '#']
const INSTEAD_OF_A_SLASH = ['//', '/./', '/x/../', '\\', '/;/', '/%2e/']

/**
 * Spellings of a path that some router, proxy or file system might take for it: each character in the other case or
 * encoded, each slash in another form; and the path itself, in capitals and encoded, with other endings.
 */
export function spellingsOf(path: string): readonly string[] {
  const letters = [...path]
  const encoded = letters.map((letter) => (letter === '/' ? '/' : hex(letter))).join('')
  const spellings = [path, path.toUpperCase(), encoded].flatMap((whole) => ENDINGS.map((ending) => whole + ending))
  for (const [index, letter] of letters.entries()) {
    const others = letter === '/' ? INSTEAD_OF_A_SLASH : [letter.toUpperCase(), hex(letter), hex(letter.toUpperCase())]
    for (const other of others) spellings.push(letters.toSpliced(index, 1, other).join(''))
  }
  return spellings
}

function hex(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`
}

/** Every byte as it is escaped. */
const ESCAPES: readonly string[] = Array.from({ length: 256 }, (_, code) => hex(String.fromCharCode(code)))
/** Every character that node's parser lets through as it is, but for the question mark, which ends the path. */
const CHARACTERS: readonly string[] = Array.from({ length: 94 }, (_, index) =>
  String.fromCharCode(0x21 + index),
).filter((character) => character !== '?')
/** What some reader takes for the end of a line, for a letter, a dot or a slash, or for nothing. */
const FOREIGN = [
  ...[
    '%E2%80%A8',
    '%E2%80%A9',
    '%C2%85',
    '%C2%A0',
    '%EF%BB%BF',
    '%E2%80%8B',
    '%0D%0A',
    '%E2%84%AA',
    '%C5%BF',
    '%C4%B0',
  ],
  ...[
    '%EF%BC%8F',
    '%EF%BC%8E',
    '%C0%AF',
    '%C0%AE',
    '%E0%80%AF',
    '%ED%A0%80',
    '%252f',
    '%2570',
    '%u002f',
    '%',
    '%4',
    '%zz',
  ],
  ...[
    '//',
    '/./',
    '/../',
    '/x/../',
    '/%2e/',
    '/%2e%2e/',
    '..',
    ';',
    ';/',
    '/;/',
    '%2F',
    '%5c',
    '%3f',
    '%23',
    '%2e%2E/',
  ],
]

/** A path with each of these at each place of it: every byte escaped and as it is, and what readers have taken for another. */
export function withInsertions(path: string): readonly string[] {
  const inserted = [...ESCAPES, ...CHARACTERS, ...FOREIGN]
  return [...path, ''].flatMap((_, at) =>
    at === 0 ? [] : inserted.map((text) => path.slice(0, at) + text + path.slice(at)),
  )
}
