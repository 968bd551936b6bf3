import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

import { readManifest } from '../workspace-package.ts'

/** A link of Markdown, without those to other hosts. */
const LINK = /\]\((?![a-z]+:)([^)\s]*)\)/g

/**
 * The links in the Markdown of packages that are laid out which whoever installed them can't follow: to a file that is not
 * there, to a package that does not come along, or to a heading that the file has not. As `@ashlar/core/README.md: link`.
 */
export function brokenLinks(folder: string): readonly string[] {
  const scope = join(folder, 'node_modules/@ashlar')
  return readdirSync(scope).flatMap((id) => {
    const home = join(scope, id)
    const { dependencies, peerDependencies } = readManifest(home)
    const near = [
      home,
      ...Object.keys({ ...dependencies, ...peerDependencies }).map((name) => join(folder, 'node_modules', name)),
    ]
    return markdownOf(home).flatMap((file) =>
      linksOf(file)
        .filter((link) => !leads(file, link, near))
        .map((link) => `@ashlar/${relative(scope, file)}: ${link}`),
    )
  })
}

function markdownOf(home: string): readonly string[] {
  return readdirSync(home, { recursive: true })
    .map((name) => join(home, String(name)))
    .filter((file) => file.endsWith('.md'))
}

function linksOf(file: string): readonly string[] {
  return [...withoutCode(readFileSync(file, 'utf8')).matchAll(LINK)].map((match) => match[1]!)
}

function leads(file: string, link: string, near: readonly string[]): boolean {
  const [path = '', heading] = link.split('#')
  const target = path === '' ? file : resolve(dirname(file), path)
  if (!existsSync(target) || !near.some((home) => target === home || target.startsWith(`${home}/`))) return false
  return heading === undefined || headingsOf(target).includes(heading)
}

/** The names by which headings are linked to. */
function headingsOf(file: string): readonly string[] {
  const text = withoutCode(readFileSync(file, 'utf8'))
  return [...text.matchAll(/^#+ (.*)$/gm)].map((match) =>
    match[1]!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^```.*?^```$/gms, '')
}
