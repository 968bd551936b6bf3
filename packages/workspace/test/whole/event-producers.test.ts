import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

import { ROOT } from '../../src/workspace-package.ts'

/** Read from the source, since a union of types leaves no trace at run time. */
function unionOf(file: string, type: string): string[] {
  const source = readFileSync(`${ROOT}${file}`, 'utf8')
  const [, body = ''] = new RegExp(`type ${type} =((?:\\s*\\|?\\s*'[a-z_]+')+)`).exec(source) ?? []
  return [...body.matchAll(/'([a-z_]+)'/g)].map((match) => match[1]!)
}

/** All sources but those that only declare names. */
const sources = readdirSync(`${ROOT}packages`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'workspace')
  .flatMap(({ name }) => {
    const folder = `${ROOT}packages/${name}/src`
    return readdirSync(folder, { recursive: true }).map((file) => `${folder}/${String(file)}`)
  })
  .filter((file) => file.endsWith('.ts') && !/\/(event-name|audit-event|body|frameworks)\.ts$/.test(file))
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n')

const published = unionOf('packages/core/src/events/event-name.ts', 'EventName')
const ofTheTrail = unionOf('packages/audit/src/event/audit-event.ts', 'TrailEventName')

test('the names are found', () => {
  expect(published).toContain('authz_fail')
  expect(ofTheTrail).toContain('operation_intended')
})

/** `event: 'name'` of a verdict, or the name as the first argument of what announces, publishes or records. */
function isProduced(name: string): boolean {
  return new RegExp(
    `(?:event|name): '${name}'|(?:announce|tell|told|withOperation)\\(\\s*(?:event, )?'${name}'|, '${name}'\\)`,
  ).test(sources)
}

test.each([...published, ...ofTheTrail])('%s has a producer', (name) => {
  expect(isProduced(name)).toBe(true)
})
