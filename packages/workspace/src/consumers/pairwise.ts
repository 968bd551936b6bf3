/** The values that each factor can have, by the factor's name. */
export type Factors = Readonly<Record<string, readonly string[]>>

/** One value of each factor. */
export type Row<F extends Factors> = { readonly [Name in keyof F]: F[Name][number] }

/**
 * Few rows in which every pair of values of two factors occurs that any allowed row has: most faults need two values to meet,
 * and a product of all would take hours. Always the same rows.
 */
export function pairwise<const F extends Factors>(factors: F, allowed: (row: Row<F>) => boolean): readonly Row<F>[] {
  const candidates = product(factors).filter(allowed)
  const missing = new Set(candidates.flatMap((row) => pairsOf(row)))
  const rows: Row<F>[] = []
  while (missing.size > 0) {
    const gains = candidates.map((row) => pairsOf(row).filter((pair) => missing.has(pair)).length)
    const best = candidates[gains.indexOf(Math.max(...gains))]!
    for (const pair of pairsOf(best)) missing.delete(pair)
    rows.push(best)
  }
  return rows
}

/** Each pair of a row as a text: `tool=jest syntax=require`. */
export function pairsOf(row: Readonly<Record<string, string>>): readonly string[] {
  const values = Object.entries(row).map(([name, value]) => `${name}=${value}`)
  return values.flatMap((one, at) => values.slice(at + 1).map((other) => `${one} ${other}`))
}

function product<F extends Factors>(factors: F): readonly Row<F>[] {
  return Object.entries(factors).reduce<readonly Record<string, string>[]>(
    (rows, [name, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value }))),
    [{}],
  ) as readonly Row<F>[]
}
