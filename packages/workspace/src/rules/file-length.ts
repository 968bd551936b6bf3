import type { Rule } from './rule.ts'

const MAX_LINES = 250

export const fileLength: Rule = {
  name: 'file-length',
  because: 'A file that long holds more than one idea. Give each a file that is named for it.',
  check: (home) =>
    [...home.files].flatMap(([file, text]) => {
      const lines = text.trimEnd().split('\n').length
      return file.startsWith('src/') && lines > MAX_LINES
        ? [{ file, says: `has ${lines} lines, of at most ${MAX_LINES}` }]
        : []
    }),
}
