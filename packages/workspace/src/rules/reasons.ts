import type { Rule } from './rule.ts'

/** What turns a check off for a line, and what it says after that. */
const EXEMPTION =
  /(?:\/\/|\/\*)\s*(biome-ignore(?:-all|-start)?\s+[\w/]+|@ts-(?:expect-error|ignore|nocheck))\b:?[^\S\n]*([^\n]*?)(?:\*\/|$)/gm

export const reasons: Rule = {
  name: 'reasons',
  because: 'An exemption outlives whoever knew why it is there. Say why in the comment, in words.',
  check: (home) =>
    [...home.files].flatMap(([file, text]) =>
      file.endsWith('.ts')
        ? [...text.matchAll(EXEMPTION)]
            .filter(([, , reason]) => !/\w+\s+\w+/.test(reason!))
            .map(({ 1: exemption, index }) => ({
              file,
              line: text.slice(0, index).split('\n').length,
              says: `${exemption} gives no reason`,
            }))
        : [],
    ),
}
