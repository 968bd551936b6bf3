import { describe, expect, test } from '@jest/globals'

import { importedPackages } from '../src/imports.ts'
import { publicPackages } from '../src/workspace-package.ts'

interface Allowed {
  /** Packages of ours that it may use. Arrows point down: adapters and stores to layers, layers to core. */
  readonly arrows: readonly string[]
  /** Packages of others that come with it. */
  readonly dependencies?: readonly string[]
  /** Packages of others that the app brings. */
  readonly peers?: readonly string[]
}

/** What each package may depend on at run time. A line more here is a decision, to be made knowingly. */
const ALLOWED: Readonly<Record<string, Allowed>> = {
  core: { arrows: [] },
  node: { arrows: ['core'] },
  express: { arrows: ['core', 'node'] },
  koa: { arrows: ['core', 'node'] },
  headers: { arrows: ['core'], dependencies: ['helmet'] },
  ratelimit: { arrows: ['core'] },
  auth: { arrows: ['core'] },
  access: { arrows: ['core'] },
  validate: { arrows: ['core'], peers: ['zod'] },
  breaker: { arrows: ['core'], dependencies: ['cockatiel'] },
  audit: { arrows: ['core'], peers: ['winston'] },
  redis: { arrows: ['core', 'auth', 'ratelimit'], peers: ['ioredis', 'redis'] },
  postgres: { arrows: ['core', 'access', 'audit', 'auth', 'ratelimit'], peers: ['pg'] },
  cli: { arrows: ['core', 'access', 'audit'] },
  testkit: { arrows: ['core'] },
}

const packages = publicPackages()

test('every package is in the list, and the list holds no other', () => {
  expect(packages.map(({ id }) => id).sort()).toEqual(Object.keys(ALLOWED).sort())
})

describe.each(packages)('$id', ({ id, folder, manifest }) => {
  const { arrows, dependencies = [], peers = [] } = ALLOWED[id] ?? { arrows: [] }
  const ours = arrows.map((arrow) => `@ashlar/${arrow}`)
  const declared = {
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...manifest.optionalDependencies,
  }

  test('declares what it may', () => {
    const isOurs = (name: string) => name.startsWith('@ashlar/')
    const names = Object.keys(declared)
    expect(names.filter((name) => isOurs(name) && !ours.includes(name))).toEqual([])
    const own = { ...manifest.dependencies, ...manifest.optionalDependencies }
    expect(Object.keys(own).filter((name) => !isOurs(name) && !dependencies.includes(name))).toEqual([])
    const peer = manifest.peerDependencies ?? {}
    expect(Object.keys(peer).filter((name) => !isOurs(name) && !peers.includes(name))).toEqual([])
  })

  test('brings core as a peer, so that an app has one', () => {
    expect(Object.keys(manifest.peerDependencies ?? {})).toEqual(
      id === 'core' ? [] : expect.arrayContaining(['@ashlar/core']),
    )
  })

  test('imports what it declares', () => {
    const undeclared = [...importedPackages(folder)].filter(([name]) => !Object.hasOwn(declared, name))
    expect(undeclared).toEqual([])
  })
})
