import type { ComplianceReport, ControlEvidence } from './compliance-report.ts'

/**
 * One row a control. Cells that a spreadsheet could take for a formula are made text.
 * @example await writeFile('pci.csv', reportCsv(await complianceReport(folder, { framework: 'pci' })))
 */
export function reportCsv({ controls }: ComplianceReport): string {
  const rows = controls.map(({ id, title, count, first, last, outcomes, gaps }) => [
    id,
    title,
    count,
    outcomes['success'] ?? 0,
    (outcomes['failure'] ?? 0) + (outcomes['refused'] ?? 0),
    first ?? '',
    last ?? '',
    gaps.join('; '),
  ])
  const header = ['control', 'title', 'records', 'succeeded', 'failed or refused', 'first', 'last', 'gaps']
  return [header, ...rows]
    .map((row) => row.map(cell).join(','))
    .join('\r\n')
    .concat('\r\n')
}

function cell(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const STYLE = `
  body { font: 15px/1.5 system-ui, sans-serif; color: #1c2733; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
  h1 { font-size: 1.6rem } h2 { font-size: 1.1rem; margin: 0 }
  table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #d5dce3 }
  td.number { text-align: right; font-variant-numeric: tabular-nums }
  section { border: 1px solid #d5dce3; border-radius: 6px; padding: 1rem; margin: 1rem 0; break-inside: avoid }
  section.gap { border-left: 6px solid #b3261e } .gap-text { color: #b3261e } small { color: #5a6b7b }
  svg { width: 100%; height: 60px; margin-top: .5rem } svg rect { fill: #2f6f9f }
  @media print { body { margin: 0; max-width: none; font-size: 11px } a { color: inherit } }
`

/**
 * One page that needs nothing else: no script, no address, made to be printed.
 * @example await writeFile('pci.html', reportHtml(await complianceReport(folder, { framework: 'pci' })))
 */
export function reportHtml(report: ComplianceReport): string {
  const { framework, from, to, records, controls, gaps } = report
  const rows = controls.map(
    ({ id, title, count, gaps: missing }) =>
      `<tr><td>${html(id)}</td><td>${html(title)}</td><td class="number">${count}</td>` +
      `<td class="${missing.length > 0 ? 'gap-text' : ''}">${missing.length > 0 ? 'gap' : 'evidence'}</td></tr>`,
  )
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${html(framework)}: ${html(from)} to ${html(to)}</title><style>${STYLE}</style></head>
<body>
<h1>${html(framework)}</h1>
<p>${html(from)} to ${html(to)}: ${records} records, ${controls.length} controls, ${gaps} gaps.</p>
<table><thead><tr><th>Control</th><th>Requirement</th><th>Records</th><th>Finding</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>
${controls.map((control) => section(control, report)).join('\n')}
</body></html>
`
}

function section(
  { id, title, count, events, outcomes, days, first, last, samples, gaps }: ControlEvidence,
  report: ComplianceReport,
): string {
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, number]) => `${html(name)} ${number}`)
      .join(', ')
  return `<section${gaps.length > 0 ? ' class="gap"' : ''}>
<h2>${html(id)} ${html(title)}</h2>
${count > 0 ? `<p>${count} records, ${html(first!)} to ${html(last!)}.<br><small>${list(events)}. ${list(outcomes)}. For example ${html(samples.join(', '))}.</small></p>${chart(days, report)}` : ''}
${gaps.length > 0 ? `<p class="gap-text">${html(gaps.slice(0, 10).join('; '))}${gaps.length > 10 ? ` and ${gaps.length - 10} more` : ''}</p>` : ''}
</section>`
}

/** A bar for each day, or for as many days together as leaves at most 120 bars. */
function chart(days: readonly number[], { from, to }: ComplianceReport): string {
  const width = Math.ceil(days.length / 120)
  const bars: number[] = []
  for (let index = 0; index < days.length; index += width) {
    bars.push(days.slice(index, index + width).reduce((sum, count) => sum + count, 0))
  }
  const highest = Math.max(...bars, 1)
  const rects = bars.map((count, index) => {
    const height = count === 0 ? 0 : Math.max(1, Math.round((count / highest) * 58))
    return `<rect x="${index * 10}" y="${60 - height}" width="8" height="${height}"/>`
  })
  return `<svg viewBox="0 0 ${bars.length * 10} 60" preserveAspectRatio="none" role="img" aria-label="Records from ${html(from)} to ${html(to)}, at most ${highest} a bar">${rects.join('')}</svg>`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function html(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!)
}
