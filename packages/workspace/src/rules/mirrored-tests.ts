import type { Rule } from './rule.ts'

const TEST = /^test\/(?!whole\/)(.+?)(?:\.(?:legacy|property))?\.test\.ts$/

export const mirroredTests: Rule = {
  name: 'mirrored-tests',
  because:
    'Whoever changes src/a/b.ts looks for its tests in test/a/b.test.ts. A suite for a whole package belongs in test/whole/.',
  check: (home) =>
    [...home.files.keys()].flatMap((file) => {
      const source = TEST.exec(file)?.[1]
      return source === undefined || home.files.has(`src/${source}.ts`)
        ? []
        : [{ file, says: `tests src/${source}.ts, which is not there` }]
    }),
}
