import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

const swc = (decorators) => [
  fileURLToPath(import.meta.resolve('@swc/jest')),
  {
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: decorators,
      keepClassNames: true,
    },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  },
]

const base = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.legacy\\.test\\.ts$': swc({ legacyDecorator: true }),
    '\\.ts$': swc({ decoratorVersion: '2022-03' }),
  },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
}

/** One Jest project for a folder; `alias` swaps a framework's major version. */
const project = (displayName, folder, alias = {}) => ({
  ...base,
  displayName,
  rootDir: `${root}${folder}`,
  moduleNameMapper: alias,
})

/** Packages that are tested once per major version of their framework. */
const versions = {
  express: { 'express 4': { '^express$': 'express-v4' }, 'express 5': {} },
  koa: { 'koa 2': { '^koa$': 'koa-v2' }, 'koa 3': {} },
}

const packages = readdirSync(`${root}packages`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) =>
    name in versions
      ? Object.entries(versions[name]).map(([title, alias]) => project(title, `packages/${name}`, alias))
      : [project(name, `packages/${name}`)],
  )

const examples = readdirSync(`${root}examples`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => project(`example ${name}`, `examples/${name}`))

export default {
  rootDir: root,
  // ES modules of a finished suite are never given back, so a worker begins anew before they fill its memory.
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
  projects: [...packages, ...examples, project('benchmarks', 'benchmarks')],
  coverageDirectory: `${root}coverage`,
}
