import type { House } from '../house/house.ts'
import type { HousePackage } from '../house/house-package.ts'
import { arrows } from './arrows.ts'
import { circles } from './circles.ts'
import { durations } from './durations.ts'
import { examples } from './examples.ts'
import { EXCEPTIONS, type Exception } from './exceptions.ts'
import { fileLength } from './file-length.ts'
import { mirroredTests } from './mirrored-tests.ts'
import { onePlace } from './one-place.ts'
import { readmeOptions } from './readme-options.ts'
import { reasons } from './reasons.ts'
import type { Rule, Violation } from './rule.ts'
import { thenables } from './thenables.ts'

export const RULES: readonly Rule[] = [
  circles,
  arrows,
  thenables,
  onePlace,
  durations,
  readmeOptions,
  examples,
  mirroredTests,
  fileLength,
  reasons,
]

/** What breaks a rule in a package, but for the exceptions; one without a reason, or without a fault, is a fault itself. */
export function violations(
  rule: Rule,
  home: HousePackage,
  house: House,
  exceptions: readonly Exception[] = EXCEPTIONS,
): readonly Violation[] {
  const found = rule.check(home, house)
  const ours = exceptions.filter((exception) => exception.rule === rule.name && exception.package === home.id)
  return [
    ...found.filter(({ file }) => !ours.some((exception) => exception.file === file)),
    ...ours.flatMap(({ file, because }) => {
      if (because.trim().length < 20) return [{ file, says: 'is an exception without a reason' }]
      return found.some((violation) => violation.file === file)
        ? []
        : [{ file, says: 'is an exception, but has no fault: take it off the list' }]
    }),
  ]
}

export function report(rule: Rule, home: HousePackage, found: readonly Violation[]): string {
  if (found.length === 0) return ''
  const lines = found.map(
    ({ file, line, says }) => `packages/${home.id}/${file}${line === undefined ? '' : `:${line}`} ${says}`,
  )
  return [...lines, `${rule.name}: ${rule.because}`].join('\n')
}
