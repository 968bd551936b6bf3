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
