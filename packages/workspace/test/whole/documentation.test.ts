import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { type SuiteRunner, withService } from '@ashlar/testkit'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

import { type DocumentationExample, documentationExamples, examplesOf } from '../../src/documentation-example.ts'
import { compileExamples, exampleFolder, runExample } from '../../src/run-examples.ts'
import { publicPackages } from '../../src/workspace-package.ts'
import { type ExampleServers, exampleServers } from './example-servers.ts'

const examples = documentationExamples()

describe('examples', () => {
  let folder: string
  let complaints: string

  beforeAll(async () => {
    folder = await exampleFolder()
    complaints = await compileExamples(folder, examples)
  }, 180_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('compile', () => {
    expect(complaints).toBe('')
  })

  const runs = async (example: DocumentationExample, env?: NodeJS.ProcessEnv): Promise<void> => {
    const { code, output } = await runExample(folder, example, env)
    expect([code, code === 0 ? '' : output]).toEqual([0, ''])
  }

  test.each(examples.filter(({ runs, servers }) => runs && servers.length === 0))(
    '$place runs to its end',
    (example) => runs(example),
    60_000,
  )

  for (const needed of [['redis'], ['postgres'], ['redis', 'postgres']] as const) {
    const those = examples.filter((example) => example.runs && example.servers.join() === needed.join())
    if (those.length === 0) continue
    const suite = needed.reduce<SuiteRunner>(
      (inner, kind) => Object.assign(withService(kind, inner), { skip: describe.skip }),
      describe,
    )
    suite(`against ${needed.join(' and ')}`, () => {
      let servers: ExampleServers
      beforeAll(async () => {
        servers = await exampleServers(needed)
      }, 120_000)
      afterAll(() => servers.stop(), 60_000)

      test.each(those)(
        '$place runs to its end',
        async (example) => runs(example, await servers.environment(example)),
        60_000,
      )
    })
  }
})

test('an example that is marked with a server is run', () => {
  expect(examples.filter(({ runs, servers }) => servers.length > 0 && !runs).map(({ place }) => place)).toEqual([])
})

/** Packages without anything in them yet need no example. */
const written = publicPackages().filter(
  ({ folder }) => readFileSync(`${folder}/src/index.ts`, 'utf8').trim() !== 'export {}',
)

test.each(written.map(({ id, manifest: { name } }) => [name, id]))('%s shows itself in its README', (name, id) => {
  const [first] = examplesOf(`packages/${id}/README.md`)
  expect(first?.code).toContain(`'${name}'`)
})
