import { succeed } from './command.ts'
import { publicPackages, ROOT, readManifest } from './workspace-package.ts'

/** Packs every public package, as it would be published. @returns the tarball of each, by package name */
export async function packAll(destination: string): Promise<ReadonlyMap<string, string>> {
  const packages = publicPackages()
  const filters = packages.flatMap(({ manifest }) => ['--filter', manifest.name])
  await succeed('npx', ['--yes', pnpm(), '-r', ...filters, 'pack', '--pack-destination', destination], { cwd: ROOT })
  return new Map(
    packages.map(({ manifest: { name, version } }) => [
      name,
      `${destination}/${name.replace('@', '').replace('/', '-')}-${version}.tgz`,
    ]),
  )
}

/** The one pnpm of this workspace, as the root's scripts name it. */
function pnpm(): string {
  const exact = /pnpm@[\d.]+/.exec(readManifest(ROOT).scripts?.['workspace:install'] ?? '')
  if (!exact) throw new Error('The script "workspace:install" names no version of pnpm.')
  return exact[0]
}
