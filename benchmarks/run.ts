import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import type { Bench, Result } from './result.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const subjects = readdirSync(folder)
  .filter((file) => file.endsWith('.bench.js'))
  .map((file) => file.slice(0, -'.bench.js'.length))

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } })
const subject = positionals[0]
if (!subject || !existsSync(`${folder}${subject}.bench.js`)) {
  console.error(`Usage: npm run bench -- SUBJECT [--json FILE]\nSubjects: ${subjects.join(', ')}`)
  process.exit(2)
}

const { bench } = (await import(`./${subject}.bench.js`)) as { bench: Bench }
const results = await bench()
print(results)
if (values.json) {
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryMiB: Math.round(totalmem() / 2 ** 20),
  }
  writeFileSync(values.json, `${JSON.stringify({ machine, date: new Date().toISOString(), results }, null, 2)}\n`)
}
process.exit(0)

function print(rows: readonly Result[]): void {
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
