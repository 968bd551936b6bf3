import { expect, test } from '@jest/globals'

import { mirroredTests } from '../../src/rules/mirrored-tests.ts'
import { faults, plantedHouse } from './planted-house.ts'

const having = (path: string, source: string) => plantedHouse({ core: { [path]: '', [source]: '' } })

test.each(['test/a/b.test.ts', 'test/a/b.legacy.test.ts', 'test/a/b.property.test.ts'])('%s', (path) => {
  expect(faults(mirroredTests, having(path, 'src/b.ts'))).toEqual([`${path} tests src/a/b.ts, which is not there`])
  expect(faults(mirroredTests, having(path, 'src/a/b.ts'))).toEqual([])
})

test.each(['test/whole/copies.test.ts', 'test/apps.ts', 'test/fixtures/hammer.js'])('%s mirrors nothing', (path) => {
  expect(faults(mirroredTests, having(path, 'src/b.ts'))).toEqual([])
})
