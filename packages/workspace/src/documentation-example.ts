import { existsSync, readdirSync, readFileSync } from 'node:fs'

import { ROOT } from './workspace-package.ts'

/** A TypeScript block of a Markdown file, or of a docstring, that is a module of its own, since it imports something. */
export interface DocumentationExample {
  /** `packages/validate/README.md:12`, with the line where the code begins. */
  readonly place: string
  /** A file for it, without its extension. Those that the page names are in a folder of the page, where they find each other. */
  readonly id: string
  /** The code, with as many empty lines before it that its line numbers are those of the file. */
  readonly code: string
  /** Marked `no-run`: it needs something that is not there in a test, such as a secret's file. It is compiled only. */
  readonly runs: boolean
  /** Marked with their names: what it runs against, at `REDIS_URL`, and at `DATABASE_URL` and `OWNER_URL`. */
  readonly servers: readonly ExampleServer[]
}

export type ExampleServer = 'redis' | 'postgres'

const SERVERS: readonly ExampleServer[] = ['redis', 'postgres']
const BLOCK = /^```ts\b([^\n]*)\n(.*?)^```$/gms
const DOCSTRING = /^[^\S\n]*\/\*\*.*?\*\//gms

/** The examples of every README, of everything below docs/, of the pages that core has and of the docstrings. */
export function documentationExamples(): readonly DocumentationExample[] {
  return [...markdownFiles(), ...sourceFiles()].flatMap(examplesOf)
}

export function examplesOf(file: string): readonly DocumentationExample[] {
  return examplesIn(file, readFileSync(`${ROOT}${file}`, 'utf8'))
}

/** Those in the docstrings of a source are compiled only: there are many, and most show a line or two. */
export function examplesIn(file: string, text: string): readonly DocumentationExample[] {
  const isSource = file.endsWith('.ts')
  const markdown = isSource ? docstringsOf(text) : text
  return [...markdown.matchAll(BLOCK)]
    .filter(([, , code]) => /^import /m.test(code!))
    .map((match) => {
      const [block, marks, code] = match as unknown as [string, string, string]
      const before = markdown.slice(0, match.index + block.indexOf('\n') + 1).split('\n').length - 1
      const page = file.replace(/\.(?:md|ts)$/, '').replaceAll('/', '.')
      const name = /(?:^| )file=([\w.-]+)\.ts(?: |$)/.exec(marks)?.[1]
      const words = marks.split(' ')
      return {
        place: `${file}:${before + 1}`,
        id: name === undefined ? `${page}.${before + 1}` : `${page}/${name}`,
        code: '\n'.repeat(before) + code,
        runs: !isSource && !words.includes('no-run'),
        servers: SERVERS.filter((server) => words.includes(server)),
      }
    })
}

/** The text of the docstrings, each line where it was. */
function docstringsOf(source: string): string {
  let markdown = ''
  let end = 0
  for (const { 0: docstring, index } of source.matchAll(DOCSTRING)) {
    markdown += source.slice(end, index).replaceAll(/[^\n]/g, '')
    markdown += docstring.replaceAll(/^[^\S\n]*(?:\/\*\*|\*\/|\*) ?/gm, '').replace(/\s*\*\/$/, '')
    end = index + docstring.length
  }
  return markdown
}

function sourceFiles(): readonly string[] {
  return readdirSync(`${ROOT}packages`)
    .filter((name) => existsSync(`${ROOT}packages/${name}/src`))
    .flatMap((name) =>
      readdirSync(`${ROOT}packages/${name}/src`, { recursive: true }).map(
        (file) => `packages/${name}/src/${String(file)}`,
      ),
    )
    .filter((file) => file.endsWith('.ts'))
    .sort()
}

/** Paths from the root of the repository. */
function markdownFiles(): readonly string[] {
  const readmes = ['packages', 'examples']
    .flatMap((folder) => readdirSync(`${ROOT}${folder}`).map((name) => `${folder}/${name}/README.md`))
    .concat('README.md')
  const pages = ['docs', 'packages/core/guide', 'packages/core/reference'].flatMap((folder) =>
    readdirSync(`${ROOT}${folder}`, { recursive: true })
      .map((name) => `${folder}/${String(name)}`)
      .filter((file) => file.endsWith('.md')),
  )
  return [...readmes, ...pages].filter((file) => existsSync(`${ROOT}${file}`)).sort()
}
