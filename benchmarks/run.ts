import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import type { Result, Subject } from './result.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const subjects = readdirSync(folder)
  .filter((file) => file.endsWith('.bench.js'))
  .map((file) => file.slice(0, -'.bench.js'.length))

const [subject, ...rest] = process.argv.slice(2)
if (!subject || !existsSync(`${folder}${subject}.bench.js`)) {
  console.error(`Usage: npm run bench -- SUBJECT [--json FILE]\nSubjects: ${subjects.join(', ')}`)
  process.exit(2)
}

const { bench, options, print = printTables, failed } = (await import(`./${subject}.bench.js`)) as Subject
const { values, positionals } = parseArgs({
  args: rest,
  allowPositionals: true,
  options: { ...options, json: { type: 'string' } },
})
// 1 is for results that are a failure; this is for having none.
const results = await bench({ values, positionals }).catch((error: unknown) => {
  console.error(error)
  process.exit(2)
})
print(results)
if (typeof values['json'] === 'string') {
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryMiB: Math.round(totalmem() / 2 ** 20),
  }
  writeFileSync(values['json'], `${JSON.stringify({ machine, date: new Date().toISOString(), results }, null, 2)}\n`)
}
process.exit(failed?.(results) ? 1 : 0)

function printTables(rows: readonly Result[]): void {
  for (const title of new Set(rows.map((row) => `${row.case} (${row.unit})`))) {
    const group = rows.filter((row) => `${row.case} (${row.unit})` === title)
    const bare = group.find((row) => row.contender === 'bare')?.median
    const width = Math.max(...group.map((row) => row.contender.length))
    console.log(`\n${title}, ${group[0]!.better} is better`)
    for (const { contender, median, min, max } of group) {
      const ratio = bare ? `  ${(median / bare).toFixed(2)} of bare` : ''
      console.log(`  ${contender.padEnd(width)}  ${String(median).padStart(9)}  (${min} to ${max})${ratio}`)
    }
  }
}
