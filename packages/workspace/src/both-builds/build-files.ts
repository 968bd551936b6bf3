import { existsSync, readFileSync } from 'node:fs'

import { publicPackages, ROOT } from '../workspace-package.ts'
import { publishedManifest } from './published-manifest.ts'

/** The TypeScript project of a CommonJS build, beside `tsconfig.json`. */
const COMMONJS_PROJECT = 'tsconfig.cjs.json'

/**
 * Every file that follows from publishing two builds, as it must be, by the path from the root: each package's manifest and
 * its CommonJS project, with the references of its ES modules project, and the project that builds them all.
 */
export function buildFiles(): ReadonlyMap<string, string> {
  const packages = publicPackages()
  const published = new Set(packages.map(({ id }) => id))
  const files = new Map<string, string>()
  for (const { id, folder, manifest } of packages) {
    files.set(
      `packages/${id}/package.json`,
      text(publishedManifest(manifest as typeof manifest & Record<string, unknown>)),
    )
    const { references = [] } = JSON.parse(readFileSync(`${folder}/tsconfig.json`, 'utf8')) as Project
    const needs = references.filter(({ path }) => published.has(path.replace('../', '')))
    files.set(
      `packages/${id}/${COMMONJS_PROJECT}`,
      text({
        extends: ['./tsconfig.json', '../../tsconfig.cjs.json'],
        references: needs.map(({ path }) => ({ path: `${path}/${COMMONJS_PROJECT}` })),
      }),
    )
  }
  files.set(
    `packages/${COMMONJS_PROJECT}`,
    text({
      files: [],
      references: packages.map(({ id }) => ({ path: `./${id}/${COMMONJS_PROJECT}` })),
    }),
  )
  return files
}

/** Those of them that are not as they must be. */
export function outdatedBuildFiles(): readonly string[] {
  return [...buildFiles()].filter(([path, content]) => laidOut(read(path)) !== content).map(([path]) => path)
}

interface Project {
  readonly references?: readonly { readonly path: string }[]
}

function read(path: string): string | undefined {
  return existsSync(`${ROOT}${path}`) ? readFileSync(`${ROOT}${path}`, 'utf8') : undefined
}

/** As `text` would write it: how a formatter breaks its lines is no matter. */
function laidOut(json: string | undefined): string | undefined {
  return json && text(JSON.parse(json))
}

function text(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
