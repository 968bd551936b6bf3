export interface ReadmeRow {
  /** The option, without backticks. */
  readonly option: string
  readonly default: string
  readonly meaning: string
  readonly line: number
}

export interface ReadmeTable {
  readonly line: number
  readonly rows: readonly ReadmeRow[]
}

/** The tables whose first header is the name of an options interface in backticks, by that name. */
export function optionTables(markdown: string): ReadonlyMap<string, readonly ReadmeTable[]> {
  const lines = withoutCode(markdown).split('\n')
  const tables = new Map<string, ReadmeTable[]>()
  lines.forEach((text, index) => {
    const name = /^\|\s*`(\w+)(?:<[^`]*>)?`\s*\|/.exec(text)?.[1]
    if (name === undefined || !/^\|[\s:|-]+\|\s*$/.test(lines[index + 1] ?? '')) return
    const end = lines.findIndex((line, at) => at > index && !line.startsWith('|'))
    const rows = lines.slice(index + 2, end === -1 ? undefined : end).map((line, at) => row(line, index + 3 + at))
    tables.set(name, [...(tables.get(name) ?? []), { line: index + 1, rows }])
  })
  return tables
}

function row(text: string, line: number): ReadmeRow {
  const [, option = '', standard = '', meaning = ''] = text.split(/(?<!\\)\|/).map((cell) => cell.trim())
  return { option: option.replaceAll('`', ''), default: standard.replaceAll('`', ''), meaning, line }
}

/** As many lines, those of code blocks empty. */
function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^```.*?^```/gms, (block) => block.replaceAll(/[^\n]/g, ''))
}
