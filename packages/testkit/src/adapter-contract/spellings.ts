const ENDINGS = ['', '/', '?x', '/?x', '//', '/.', '%20', '.', ';a', '%2f', '#']
const INSTEAD_OF_A_SLASH = ['//', '/./', '/x/../', '\\', '/;/', '/%2e/']

/**
 * Spellings of a path that some router, proxy or file system might take for it: each character in the other case or
 * encoded, each slash in another form, the whole in capitals and encoded, and all of it with another ending.
 */
export function spellingsOf(path: string): readonly string[] {
  const letters = [...path]
  const spelled = new Set([
    path,
    path.toUpperCase(),
    letters.map((letter) => (letter === '/' ? '/' : hex(letter))).join(''),
  ])
  for (const [index, letter] of letters.entries()) {
    const others =
      letter === '/'
        ? INSTEAD_OF_A_SLASH
        : [letter.toUpperCase(), hex(letter), hex(letter).toUpperCase(), hex(letter.toUpperCase())]
    for (const other of others) spelled.add(letters.toSpliced(index, 1, other).join(''))
  }
  return [...spelled].flatMap((spelling) =>
    spelling.length > path.length * 2 ? [spelling] : ENDINGS.map((end) => spelling + end),
  )
}

function hex(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`
}
