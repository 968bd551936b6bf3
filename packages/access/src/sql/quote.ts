/** An SQL identifier: `"created by"`. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A table's name, with its schema where it has one: `"app"."posts"`. */
export function quoteTable(table: string): string {
  return table.split('.').map(quoteName).join('.')
}

/** An SQL text, whatever `standard_conforming_strings` says. */
export function quoteText(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
  return text.includes('\\') ? `E${quoted}` : quoted
}
