/** Something that ends. `order` and `place` belong to the `EndsFirst` that holds it. */
export interface Ending {
  readonly until: number
  order: number
  place: number
}

/** Knows what ends first; of several that end together, what was added first. A binary heap: O(log n) a change. */
export class EndsFirst<T extends Ending> {
  readonly #heap: T[] = []
  #added = 0

  get first(): T | undefined {
    return this.#heap[0]
  }

  add(ending: T): void {
    ending.order = this.#added++
    this.#heap.push(ending)
    this.#rise(ending, this.#heap.length - 1)
  }

  /** It must be in here. */
  remove({ place }: T): void {
    const last = this.#heap.pop()!
    if (place === this.#heap.length) return
    this.#sink(last, place)
    if (last.place === place) this.#rise(last, place)
  }

  clear(): void {
    this.#heap.length = 0
  }

  #rise(ending: T, from: number): void {
    const heap = this.#heap
    let place = from
    while (place > 0) {
      const above = (place - 1) >> 1
      const other = heap[above]!
      if (!isBefore(ending, other)) break
      this.#put(other, place)
      place = above
    }
    this.#put(ending, place)
  }

  #sink(ending: T, from: number): void {
    const heap = this.#heap
    let place = from
    while (true) {
      let below = 2 * place + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++
      const other = heap[below]!
      if (!isBefore(other, ending)) break
      this.#put(other, place)
      place = below
    }
    this.#put(ending, place)
  }

  #put(ending: T, place: number): void {
    this.#heap[place] = ending
    ending.place = place
  }
}

function isBefore(one: Ending, other: Ending): boolean {
  return one.until < other.until || (one.until === other.until && one.order < other.order)
}
