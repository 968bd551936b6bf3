import { readHouse } from './house/read-house.ts'
import { RULES, report, violations } from './rules/rules.ts'

const [ruleName, packageId] = process.argv.slice(2)
const house = readHouse()
const rules = RULES.filter(({ name }) => ruleName === undefined || ruleName === 'all' || name === ruleName)
const homes = house.packages.filter(({ id }) => packageId === undefined || id === packageId)
if (rules.length === 0 || homes.length === 0) {
  console.log(`house [all | ${RULES.map(({ name }) => name).join(' | ')}] [package]`)
  process.exitCode = 2
}

let count = 0
for (const rule of rules) {
  for (const home of homes) {
    const found = violations(rule, home, house)
    count += found.length
    if (found.length > 0) console.log(`${report(rule, home, found)}\n`)
  }
}
if (process.exitCode === undefined) {
  console.log(`${count} violations`)
  process.exitCode = count === 0 ? 0 : 1
}
