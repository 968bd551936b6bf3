import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The root of the repository, with a slash at its end. */
export const ROOT: string = fileURLToPath(new URL('../../../', import.meta.url))

/** What is read of a package.json. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  /** By entry: the source of each, under the condition `source`. */
  readonly exports?: Readonly<Record<string, string | { readonly source?: string }>>
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

export interface WorkspacePackage {
  /** The name of its folder below packages/, and of the package without its scope. */
  readonly id: string
  readonly folder: string
  readonly manifest: Manifest
}

/** Every package that is published. */
export function publicPackages(): readonly WorkspacePackage[] {
  return readdirSync(`${ROOT}packages`)
    .filter((id) => existsSync(`${ROOT}packages/${id}/package.json`))
    .map((id) => ({ id, folder: `${ROOT}packages/${id}`, manifest: readManifest(`${ROOT}packages/${id}`) }))
    .filter(({ manifest }) => !manifest.private)
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as Manifest
}
