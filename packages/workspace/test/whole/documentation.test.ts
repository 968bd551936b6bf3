import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

import { documentationExamples, examplesOf } from '../../src/documentation-example.ts'
import { compileExamples, exampleFolder, runExample } from '../../src/run-examples.ts'
import { publicPackages } from '../../src/workspace-package.ts'

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

  test.each(examples.filter(({ runs }) => runs))(
    '$place runs to its end',
    async (example) => {
      const { code, output } = await runExample(folder, example)
      expect([code, code === 0 ? '' : output]).toEqual([0, ''])
    },
    60_000,
  )
})

/** Packages without anything in them yet need no example. */
const written = publicPackages().filter(
  ({ folder }) => readFileSync(`${folder}/src/index.ts`, 'utf8').trim() !== 'export {}',
)

test.each(written.map(({ id, manifest: { name } }) => [name, id]))('%s shows itself in its README', (name, id) => {
  const [first] = examplesOf(`packages/${id}/README.md`)
  expect(first?.code).toContain(`'${name}'`)
})
