const GENERATION = 1000
const MAX_LENGTH = 80

/**
 * Short texts that were found to hold nothing secret. Guards' names, routes, actions and issuers come again with every
 * request, and to look one up is faster than to search it. Two generations bound it and drop what is not seen again.
 */
export class PlainTexts {
  #young = new Set<string>()
  #old = new Set<string>()

  has(text: string): boolean {
    if (text.length > MAX_LENGTH) return false
    if (this.#young.has(text)) return true
    if (!this.#old.has(text)) return false
    this.add(text)
    return true
  }

  add(text: string): void {
    if (text.length > MAX_LENGTH) return
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young
      this.#young = new Set()
    }
    this.#young.add(text)
  }
}
