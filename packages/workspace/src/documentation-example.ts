import { existsSync, readdirSync, readFileSync } from 'node:fs'

import { ROOT } from './workspace-package.ts'

/** A TypeScript block of a Markdown file that is a module of its own, since it imports something. */
export interface DocumentationExample {
  /** `packages/validate/README.md:12`, with the line where the code begins. */
  readonly place: string
  /** A file name for it. */
  readonly id: string
  /** The code, with as many empty lines before it that its line numbers are those of the Markdown file. */
  readonly code: string
  /** Marked `no-run`: it needs something that is not there in a test, such as a database. It is compiled only. */
  readonly runs: boolean
}

const BLOCK = /^```ts\b([^\n]*)\n(.*?)^```$/gms

/** The examples of every README and of everything below docs/. */
export function documentationExamples(): readonly DocumentationExample[] {
  return markdownFiles().flatMap(examplesOf)
}

export function examplesOf(file: string): readonly DocumentationExample[] {
  const text = readFileSync(`${ROOT}${file}`, 'utf8')
  return [...text.matchAll(BLOCK)]
    .filter(([, , code]) => /^import /m.test(code!))
    .map((match) => {
      const [block, marks, code] = match as unknown as [string, string, string]
      const before = text.slice(0, match.index + block.indexOf('\n') + 1).split('\n').length - 1
      return {
        place: `${file}:${before + 1}`,
        id: `${file.replace(/\.md$/, '').replaceAll('/', '.')}.${before + 1}`,
        code: '\n'.repeat(before) + code,
        runs: !marks.split(' ').includes('no-run'),
      }
    })
}

/** Paths from the root of the repository. */
function markdownFiles(): readonly string[] {
  const readmes = ['packages', 'examples']
    .flatMap((folder) => readdirSync(`${ROOT}${folder}`).map((name) => `${folder}/${name}/README.md`))
    .concat('README.md')
  const pages = readdirSync(`${ROOT}docs`, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
  return [...readmes, ...pages].filter((file) => existsSync(`${ROOT}${file}`)).sort()
}
