/** Does the work for each item in their order, at most `count` at a time. @returns what comes of each, in the same order */
export function atMost<Item, Result>(
  count: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): readonly Promise<Result>[] {
  const waiting: (() => void)[] = []
  let free = count
  return items.map(async (item) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work(item)
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  })
}
