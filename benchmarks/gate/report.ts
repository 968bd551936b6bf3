import type { Comparison } from './compare.ts'
import { unseenPercent } from './verdict.ts'

/** A line for each case: median of both builds, the ratio with its interval, the verdict. */
export function reportOf(comparisons: readonly Comparison[]): string {
  const lines: string[] = []
  const width = Math.max(...comparisons.map(({ contender }) => contender.length))
  for (const title of new Set(comparisons.map((row) => row.case))) {
    const rows = comparisons.filter((row) => row.case === title)
    lines.push('', `${title} (${rows[0]!.unit}): ${rows[0]!.against.commit}, present, ratio`)
    for (const { contender, against, median, ratio, verdict } of rows) {
      const { estimate, low, high } = ratio
      const ratioText = `${estimate.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`
      const more = verdict === 'no difference seen' ? ` (±${unseenPercent(ratio).toFixed(1)} %)` : ''
      const figures = [against.median, median].map((figure) => String(figure).padStart(7)).join('  ')
      lines.push(`  ${contender.padEnd(width)}  ${figures}  ${ratioText}  ${verdict}${more}`)
    }
  }
  return lines.join('\n')
}
