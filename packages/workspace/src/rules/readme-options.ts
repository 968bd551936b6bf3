import type { Found, House } from '../house/house.ts'
import type { HousePackage } from '../house/house-package.ts'
import { exportedOptions, membersOf, type OptionMember } from '../house/option-member.ts'
import { optionTables, type ReadmeRow, type ReadmeTable } from '../house/readme-table.ts'
import type { Rule, Violation } from './rule.ts'

const README = 'README.md'

export const readmeOptions: Rule = {
  name: 'readme-options',
  because:
    'Whoever sets up a guard reads its README, and an option that is not there is set by nobody. Each exported …Options ' +
    'has one table there, "| `XOptions` | default | meaning |", with a row for each member that it declares, in order.',
  check: (home, house) => exportedOptions(home, house).flatMap((options) => checkTables(options, home, house)),
}

function checkTables(options: Found, home: HousePackage, house: House): readonly Violation[] {
  const tables = optionTables(home.readme)
  const members = membersOf(options, house)
  const own = members.filter(({ of, file }) => of === options.name && file === options.file)
  const [table, ...more] = tables.get(options.name) ?? []
  const written = rowsOf(table, members)
  const missing = members.filter((member) => !written.has(member.name) && !isWrittenElsewhere(member, options))
  return [
    ...more.map(({ line }) => ({ file: README, line, says: `has a second table of ${options.name}` })),
    ...(table ? checkTable(table, options.name, own, members) : []),
    ...missingRows(missing, table, options),
  ]
}

/** An inherited member is told where it is declared, by the README of that package. */
function isWrittenElsewhere({ name, of, home }: OptionMember, options: Found): boolean {
  if (of === options.name) return false
  return (optionTables(home.readme).get(of) ?? []).some(({ rows }) => rows.some(({ option }) => option === name))
}

function rowsOf(table: ReadmeTable | undefined, members: readonly OptionMember[]): ReadonlyMap<string, ReadmeRow> {
  const names = new Set(members.map(({ name }) => name))
  return new Map((table?.rows ?? []).filter(({ option }) => names.has(option)).map((row) => [row.option, row]))
}

function missingRows(missing: readonly OptionMember[], table: ReadmeTable | undefined, options: Found): Violation[] {
  if (missing.length === 0) return []
  const names = [...new Set(missing.map(({ name, of }) => (of === options.name ? name : `${name} (of ${of})`)))]
  const at = `${options.file.path}:${options.declared[0]?.line}`
  return table
    ? [{ file: README, line: table.line, says: `table ${options.name} has no row for ${names.join(', ')} (${at})` }]
    : [{ file: README, says: `has no table of ${options.name} (${at}): ${names.join(', ')}` }]
}

function checkTable(
  { line, rows }: ReadmeTable,
  name: string,
  own: readonly OptionMember[],
  members: readonly OptionMember[],
): readonly Violation[] {
  const found = rows.flatMap((row) => {
    const says = checkRow(row, members)
    return says === undefined ? [] : [{ file: README, line: row.line, says: `table ${name}: "${row.option}" ${says}` }]
  })
  const inOrder = [...new Set(own.map((member) => member.name))].filter((of) =>
    rows.some(({ option }) => option === of),
  )
  const asWritten = rows.map(({ option }) => option).filter((option) => inOrder.includes(option))
  return asWritten.join() === inOrder.join()
    ? found
    : [
        ...found,
        { file: README, line, says: `table ${name} is in another order than the interface: ${inOrder.join(', ')}` },
      ]
}

function checkRow(
  { option, default: standard, meaning }: ReadmeRow,
  members: readonly OptionMember[],
): string | undefined {
  const same = members.filter(({ name }) => name === option.split('.')[0])
  if (same.length === 0) return 'is no option'
  if (standard === '') return 'has no default'
  if (meaning === '') return 'has no meaning'
  // What is required in one of several shapes only is neither.
  if (option.includes('.') || same.some(({ optional }) => optional !== same[0]!.optional)) return undefined
  if (same[0]!.optional) return standard === 'required' ? 'is not required' : undefined
  return standard.startsWith('required') ? undefined : 'is required: its default must say "required"'
}
