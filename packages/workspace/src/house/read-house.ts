import { existsSync, readdirSync, readFileSync } from 'node:fs'

import { ROOT, readManifest } from '../workspace-package.ts'
import { House } from './house.ts'
import { HousePackage } from './house-package.ts'

/** Reads every package of this repository, the private ones too. */
export function readHouse(): House {
  const ids = readdirSync(`${ROOT}packages`).filter((id) => existsSync(`${ROOT}packages/${id}/package.json`))
  return new House(ids.map((id) => readPackage(id, `${ROOT}packages/${id}`)))
}

function readPackage(id: string, folder: string): HousePackage {
  const paths = ['src', 'test'].flatMap((part) =>
    existsSync(`${folder}/${part}`)
      ? readdirSync(`${folder}/${part}`, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length + 1))
      : [],
  )
  const files = [...paths.sort(), 'README.md'].filter((path) => existsSync(`${folder}/${path}`))
  return new HousePackage(
    id,
    readManifest(folder),
    new Map(files.map((path) => [path, readFileSync(`${folder}/${path}`, 'utf8')])),
  )
}
